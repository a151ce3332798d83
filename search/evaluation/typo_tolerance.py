"""How well titles are found that were typed with errors: the live articles, the whole pipeline."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from search.evaluation.relevance import percentiles
from search.evaluation.typos import ErrorKind, Mistyped, mistype
from search.indexing.eligibility import eligible_articles
from search.query import pipeline
from search.query.values import Mode, SearchRequest

SHOWN = 5
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TypedTitle:
    """A mistyped title, what went wrong, and where its article came: among the first ``SHOWN``
    suggestions, and among as many results of the same text sent."""

    seed: int
    title: str
    text: str
    kinds: tuple[ErrorKind, ...]
    suggested: bool
    found: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """The typed titles of one locale, and the seconds that each suggest call took."""

    titles: Sequence[TypedTitle]
    seconds: Sequence[float]


def measure(locale: str, seeds: Iterable[int], count: int, progress: Progress) -> Measured:
    """Type ``count`` titles for each seed, drawn from the titles that one public article alone has
    and that have a word to mistype.

    Raises EngineUnavailable.
    """
    titles = _unique_titles(locale)
    typed, seconds = [], []
    for seed in seeds:
        progress(f"{locale}: typing titles with errors, seed {seed}")
        for pk, title, mistyped in _drawn(titles, locale, seed, count):
            start = time.perf_counter()
            suggested = _suggested(mistyped.text, locale)
            seconds.append(time.perf_counter() - start)
            results = _results(mistyped.text, locale)
            typed.append(
                TypedTitle(
                    seed, title, mistyped.text, mistyped.kinds, pk in suggested, pk in results
                )
            )
    return Measured(typed, seconds)


def _unique_titles(locale: str) -> list[tuple[str, str]]:
    """(article id, title) of every title that one public article alone has, in id order."""
    rows = list(
        eligible_articles(locale)
        .filter(effective="public")
        .order_by("pk")
        .values_list("pk", "title")
    )
    often = Counter(title for _, title in rows)
    return [(str(pk), title) for pk, title in rows if often[title] == 1]


def _drawn(
    titles: Sequence[tuple[str, str]], locale: str, seed: int, count: int
) -> Iterator[tuple[str, str, Mistyped]]:
    """The first ``count`` titles, in an order by chance, that can be mistyped."""
    shuffled = list(titles)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a sample, not a secret
    mistyped = ((pk, title, mistype(title, locale, seed)) for pk, title in shuffled)
    usable = ((pk, title, wrong) for pk, title, wrong in mistyped if wrong is not None)
    return islice(usable, count)


def _suggested(text: str, locale: str) -> set[str]:
    answer = pipeline.suggest(SearchRequest(text, locale, mode=Mode.SUGGEST))
    return {suggestion.id for suggestion in answer.suggestions[:SHOWN]}


def _results(text: str, locale: str) -> set[str]:
    return {result.id for result in pipeline.search(SearchRequest(text, locale)).results[:SHOWN]}


# --- figures ----------------------------------------------------------------------------------


def figures(measured: Measured) -> dict[str, object]:
    """Shares of titles found among the first ``SHOWN``: of all, by seed, by kind of error.

    A title with two kinds of error counts for both.
    """
    by_seed: dict[str, list[TypedTitle]] = defaultdict(list)
    by_kind: dict[str, list[TypedTitle]] = defaultdict(list)
    for title in measured.titles:
        by_seed[str(title.seed)].append(title)
        for kind in dict.fromkeys(title.kinds):
            by_kind[kind].append(title)
    return {
        **_shares(measured.titles),
        "seeds": {seed: _shares(titles) for seed, titles in by_seed.items()},
        "kinds": {kind: _shares(by_kind[kind]) for kind in sorted(by_kind)},
        "suggest_ms": percentiles(measured.seconds),
    }


def _shares(titles: Sequence[TypedTitle]) -> Mapping[str, float | int]:
    return {
        "titles": len(titles),
        "suggest_success@5": _share(title.suggested for title in titles),
        "search_success@5": _share(title.found for title in titles),
    }


def _share(found: Iterable[bool]) -> float:
    counted = list(found)
    return round(sum(counted) / len(counted), 4) if counted else 0.0
