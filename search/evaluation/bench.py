"""Speed on a whole site of its own: requests through Django, publication, memory, index size."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil
from statistics import median
from subprocess import Popen
from urllib.parse import urlencode
from uuid import uuid4

import psutil
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import translation

from kb.models import Article
from search import engines
from search.evaluation.relevance import percentiles
from search.query import pipeline
from search.query.values import Mode, SearchRequest

SEED = 1
QUESTIONS = 600  # distinct, half in each language; every other one warms up, the rest is timed
SHORTEST_PREFIX, LONGEST_PREFIX = 2, 8  # characters of a title typed
SHARE_TYPED = 0.6  # of a title's characters
MOST_TITLES = 5_000  # typed in each language
PUBLICATIONS = 5
PATIENCE_SECONDS = 30.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Typed:
    """A question of the bench."""

    locale: str
    text: str


def measure(progress: Progress) -> dict[str, object]:
    """The timings of a filled, indexed site, warmed up by other texts of the same kind. One
    process, no response cache.

    ``suggest_ms``: the as-you-type call alone; ``request_ms``: the same through the whole Django
    request; ``meaning_request_ms``: such requests of the second halves of titles, so that meaning
    has a say: hardly any title begins so; ``search_ms``: the search pipeline without the page;
    ``results_page_ms``: with it.
    """
    # Other ones for each figure: what was asked before is remembered.
    halves = dict.fromkeys(Typed(t.locale, _second_half(t.text)) for t in _questions(SEED + 2))
    with override_settings(RATELIMIT_ENABLE=False):
        client = Client(SERVER_NAME="localhost")  # one of ALLOWED_HOSTS by default
        suggestions = partial(_get, client, "search_suggest")
        page = partial(_get, client, "search_results")
        figures: dict[str, object] = {}
        for name, call, asked in (
            ("suggest_ms", _suggest, _prefixes(SEED)),
            ("request_ms", suggestions, _prefixes(SEED + 1)),
            ("meaning_request_ms", suggestions, list(halves)),
            ("search_ms", _search, _questions(SEED)),
            ("results_page_ms", page, _questions(SEED + 1)),
        ):
            progress(f"measuring {name}")
            figures[name] = percentiles(_timed(call, asked))
    memory = psutil.Process().memory_full_info()
    status = engines.current().status()
    return figures | {
        "rss_mb": round(memory.rss / 2**20, 1),
        "pss_mb": round(memory.pss / 2**20, 1),
        "index_bytes": status.index_bytes,
        "engine": status.engine,
        "documents": sum(status.documents.values()),
    }


def _timed(call: Callable[[Typed], object], asked: Sequence[Typed]) -> list[float]:
    for typed in asked[::2]:
        call(typed)
    seconds = []
    for typed in asked[1::2]:
        start = time.perf_counter()
        call(typed)
        seconds.append(time.perf_counter() - start)
    return seconds


def _suggest(typed: Typed) -> object:
    return pipeline.suggest(SearchRequest(typed.text, typed.locale, mode=Mode.SUGGEST))


def _search(typed: Typed) -> object:
    return pipeline.search(SearchRequest(typed.text, typed.locale))


def _get(client: Client, name: str, typed: Typed) -> object:
    address = _path(name, typed)
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return response


def _path(name: str, typed: Typed) -> str:
    with translation.override(typed.locale):
        return f"{reverse(name)}?{urlencode({'q': typed.text})}"


def typical_paths() -> list[str]:
    """Addresses of suggestions and results, as they are asked for by turns."""
    asked = zip(_prefixes(), _questions(), strict=False)
    return [
        path
        for prefix, question in asked
        for path in (_path("search_suggest", prefix), _path("search_results", question))
    ]


def _titles(seed: int = SEED) -> dict[str, list[str]]:
    titles: dict[str, list[str]] = {}
    rows = Article.objects.live().values_list("locale__language_code", "title").order_by("pk")
    for locale, title in rows:
        titles.setdefault(locale, []).append(title)
    for texts in titles.values():
        random.Random(seed).shuffle(texts)  # noqa: S311 - a sample, not a secret
    return titles


def _prefixes(seed: int = SEED) -> list[Typed]:
    """Distinct beginnings of titles, ``SHORTEST_PREFIX`` to ``LONGEST_PREFIX`` characters."""
    chosen: dict[Typed, None] = {}
    for locale, titles in _titles(seed).items():
        lengths = random.Random(seed)  # noqa: S311
        wanted = len(chosen) + QUESTIONS // 2
        for title in titles * (LONGEST_PREFIX - SHORTEST_PREFIX + 1):
            if len(chosen) >= wanted:
                break
            text = title[: lengths.randint(SHORTEST_PREFIX, LONGEST_PREFIX)].strip()
            chosen[Typed(locale, text)] = None
    return list(chosen)


def _questions(seed: int = SEED) -> list[Typed]:
    """Whole titles, as distinct questions that were sent."""
    return [
        Typed(locale, title)
        for locale, titles in _titles(seed).items()
        for title in list(dict.fromkeys(titles))[: QUESTIONS // 2]
    ]


def _second_half(title: str) -> str:
    """From the word on that stands in its middle, where spaces tell: nobody types half a word."""
    middle = len(title) // 2
    space = max(title.rfind(" ", 0, middle + 1), 0) or title.find(" ")
    return title[space + 1 :] if space > 0 else title[middle:]


def find_by_typing(progress: Progress) -> dict[str, dict[str, float]]:
    """How often 60 % of a unique title, typed, shows its article among the suggestions.

    Per locale: ``all`` unique titles (at most ``MOST_TITLES`` of them), and ``clear`` ones, whose
    typed text starts at most as many titles as are shown.
    """
    progress("measuring typed_titles")
    return {locale: _found_by_typing(locale) for locale in _titles()}


def _found_by_typing(locale: str) -> dict[str, float]:
    rows = Article.objects.live().filter(locale__language_code=locale).values_list("pk", "title")
    titles = Counter(title for _, title in rows)
    found, clear = [], []
    unique = [(pk, title) for pk, title in rows if titles[title] == 1]
    random.Random(SEED).shuffle(unique)  # noqa: S311
    for pk, title in unique[:MOST_TITLES]:
        typed = title[: ceil(SHARE_TYPED * len(title))]
        answer = pipeline.suggest(SearchRequest(typed, locale, mode=Mode.SUGGEST))
        found.append(str(pk) in [suggestion.id for suggestion in answer.suggestions])
        starting = sum(count for other, count in titles.items() if other.startswith(typed))
        clear += found[-1:] if starting <= settings.SUGGESTIONS_SHOWN else []
    return {
        name: round(sum(hits) / len(hits), 4) if hits else 0.0
        for name, hits in (("all", found), ("clear", clear))
    }


def publish_to_searchable(progress: Progress) -> float:
    """Seconds from the publication of one article until search finds it, the worker running.

    The median of a few. Raises RuntimeError when it is not found in time.
    """
    progress("measuring publish_to_searchable_s")
    return round(median(_one_publication() for _ in range(PUBLICATIONS)), 2)


def _one_publication() -> float:
    article = Article.objects.live().order_by(F("pk").desc())[0]
    word = f"x{uuid4().hex[:10]}"
    article.title = f"{article.title} {word}"
    start = time.perf_counter()
    article.save_revision().publish()
    while time.perf_counter() - start < PATIENCE_SECONDS:
        found = pipeline.search(SearchRequest(word, article.locale.language_code))
        if str(article.pk) in [result.id for result in found.results]:
            return time.perf_counter() - start
        time.sleep(0.05)
    raise RuntimeError(f"article {article.pk} was not searchable after {PATIENCE_SECONDS} s")


@contextmanager
def running(command: Sequence[str]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """``command`` in the background for as long as the block lasts."""
    process = Popen(command)  # noqa: S603 - our own manage.py
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
