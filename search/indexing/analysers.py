"""Where texts are analysed: in this process, or in several where there is much to do."""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol

from search.indexing.terms import Failure, PackedTerms, Texts, analyse_many

logger = logging.getLogger(__name__)

# A worker process takes about a second to start and load the dictionary.
PARALLEL_FROM = 500
MAX_PROCESSES = 4
# Small enough to spread a batch over the processes, large enough for sending not to matter.
TEXTS_A_CALL = 25

Analysed = list[PackedTerms | Failure]
Answer = Callable[[], Analysed]


class Analyser(Protocol):
    """Starts analysing texts and gives a function that waits for the answer.

    ``lookahead``: how many batches may be under way before the first answer is fetched.
    """

    lookahead: int

    def start(self, texts: Sequence[Texts]) -> Answer:
        """Begin; the function returned waits for the outcomes, in the order of the texts."""


class InlineAnalyser:
    """Analyses when the answer is fetched."""

    lookahead = 0

    def start(self, texts: Sequence[Texts]) -> Answer:
        """See Analyser."""
        return lambda: analyse_many(texts)


class PoolAnalyser:
    """Analyses in worker processes while this one reads and writes."""

    lookahead = 3

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def start(self, texts: Sequence[Texts]) -> Answer:
        """See Analyser. Should a worker process die, this process does its work."""
        parts = [texts[at : at + TEXTS_A_CALL] for at in range(0, len(texts), TEXTS_A_CALL)]
        try:
            futures = [self._pool.submit(analyse_many, part) for part in parts]
        except BrokenProcessPool:
            return lambda: analyse_many(texts)
        return lambda: [
            outcome
            for future, part in zip(futures, parts, strict=True)
            for outcome in _result(future, part)
        ]


def _result(future: "Future[Analysed]", part: Sequence[Texts]) -> Analysed:
    try:
        return future.result()
    except BrokenProcessPool:
        logger.warning("an analysis process died; its work is done here")
        return analyse_many(part)


@contextmanager
def analyser_for(documents: int) -> Iterator[Analyser]:
    """The analyser for about so many documents."""
    processes = min(os.cpu_count() or 1, MAX_PROCESSES)
    if documents < PARALLEL_FROM or processes < 2:
        yield InlineAnalyser()
        return
    # "spawn": a fork would copy threads' locks and database connections in any state.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_end_with_parent) as pool:
        yield PoolAnalyser(pool)


def _end_with_parent() -> None:
    """In a worker process: one whose parent was killed would wait for work for ever."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)
