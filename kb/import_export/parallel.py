"""Parsing in a second process, while the first one writes."""

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import django

from kb.import_export.includes import Includes
from kb.import_export.parse import ArticleParser, Header, ImportedArticle
from kb.import_export.report import Unreadable
from kb.import_export.source import LocaleFolder

# Below this a second process takes longer to start than it saves.
WORTH_A_PROCESS = 500
BATCHES_AHEAD = 2  # what waits to be written stays small

Parsed = list[ImportedArticle | Unreadable]
logger = logging.getLogger(__name__)


def parse_all(parser: ArticleParser, headers: Iterable[Header]) -> Parsed:
    """The article of every header, or why there is none."""
    return [_parse(parser, header) for header in headers]


def _parse(parser: ArticleParser, header: Header) -> ImportedArticle | Unreadable:
    try:
        return parser.article(header)
    except Unreadable as error:
        return error
    except Exception as error:  # whatever one file holds, the others are imported
        logger.exception("Could not parse %s", header.source)
        return Unreadable(f"{type(error).__name__}: {error}")


def parse_batches(parser: ArticleParser, batches: Sequence[list[Header]]) -> Iterator[Parsed]:
    """``parse_all`` for each batch, in order; in a process of its own where that is faster."""
    total = sum(len(batch) for batch in batches)
    if total < WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        yield from (parse_all(parser, batch) for batch in batches)
        return
    # Spawned, not forked: a fork would share this process's database connection.
    with ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(parser.folder, parser.includes),
    ) as executor:
        waiting: deque[tuple[list[Header], Future[Parsed]]] = deque()
        for batch in batches:
            waiting.append((batch, executor.submit(_parse_there, batch)))
            if len(waiting) > BATCHES_AHEAD:
                yield _result(parser, *waiting.popleft())
        while waiting:
            yield _result(parser, *waiting.popleft())


def _result(parser: ArticleParser, batch: list[Header], future: "Future[Parsed]") -> Parsed:
    try:
        return future.result()
    except BrokenProcessPool:
        logger.warning("The parsing process is gone; going on in this one.")
        return parse_all(parser, batch)


# --- In the second process ----------------------------------------------------------------------
_there: list[ArticleParser] = []


def _start(folder: LocaleFolder, includes: Includes) -> None:
    django.setup()  # reasons are translated
    _there.append(ArticleParser(folder, includes))


def _parse_there(headers: list[Header]) -> Parsed:
    return parse_all(_there[0], headers)
