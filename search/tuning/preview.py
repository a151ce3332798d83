"""What a synonym would change for questions that people really ask."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice

from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone

from search.log.models import DailyQuestion
from search.query.pipeline import search
from search.query.rules import QueryRules, trying
from search.query.values import Result, SearchRequest
from search.tuning.effects import is_touched
from search.tuning.models import GoldenQuestion

SHOWN_QUESTIONS = 20
SHOWN_PHRASES = 10  # of the rule itself, besides
SHOWN_RESULTS = 5
LOOKED_AT = 2_000  # of the questions asked most: analysing them takes some 100 ms
DAYS = 90


class Move(StrEnum):
    """What became of a result."""

    SAME = "same"
    UP = "up"
    DOWN = "down"
    NEW = "new"  # was not among those shown
    GONE = "gone"  # would not be among those shown


@dataclass(frozen=True, slots=True)
class Placed:
    """One of the first results and how it moves."""

    title: str
    url: str
    move: Move


@dataclass(frozen=True, slots=True)
class Previewed:
    """A question that is asked with and without a change. ``searches``: how often people asked it;
    None for a golden question, and for a phrase of the rule itself (``is_own``)."""

    text: str
    searches: int | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first results of a question before and after a change."""

    question: Previewed
    before: tuple[Placed, ...]
    after: tuple[Placed, ...]

    @property
    def changes(self) -> bool:
        """Whether any result moves."""
        return any(placed.move is not Move.SAME for placed in (*self.before, *self.after))


def compare_rules(
    locale: str, before: QueryRules, after: QueryRules, phrases: Sequence[str] = ()
) -> list[Comparison]:
    """Questions that a change touches, each with its first results before and after.

    At most ``SHOWN_QUESTIONS`` real ones: golden ones first, then those asked most; then at most
    ``SHOWN_PHRASES`` of the rule's own ``phrases``, which nobody may have asked yet. Results are
    those of an anonymous visitor. Raises EngineUnavailable when nothing answers.
    """

    def touched(questions: Iterable[Previewed], most: int) -> list[Previewed]:
        changed = (q for q in questions if is_touched(q.text, locale, before, after))
        return list(islice(changed, most))

    real = touched(real_questions(locale), SHOWN_QUESTIONS)
    asked = {question.text for question in real}
    own = (Previewed(text, is_own=True) for text in phrases if text not in asked)
    questions = real + touched(own, SHOWN_PHRASES)
    return [_compare(question, locale, before, after) for question in questions]


def real_questions(locale: str) -> Iterator[Previewed]:
    """Golden questions, then logged ones that enough visitors asked on one day, most asked first.

    Questions are shown to colleagues here, so the log's rule holds: ``ANNAI_K_ANONYMITY``.
    """
    golden = GoldenQuestion.objects.filter(locale=locale).values_list("question", flat=True)
    seen = set(golden)
    for text in sorted(seen):
        yield Previewed(text)
    logged = (
        DailyQuestion.objects.filter(
            locale=locale, day__gte=timezone.localdate() - timedelta(days=DAYS)
        )
        .exclude(text="")
        .values("question")
        .annotate(most=Max("visitors"), asked=Sum("searches"), spelling=Max("text"))
        .filter(most__gte=settings.ANNAI_K_ANONYMITY)
        .order_by("-asked", "question")[:LOOKED_AT]
    )
    for row in logged:
        if row["spelling"] not in seen:
            yield Previewed(row["spelling"], row["asked"])


def _compare(question: Previewed, locale: str, before: QueryRules, after: QueryRules) -> Comparison:
    old = _first_results(question.text, locale, before)
    new = _first_results(question.text, locale, after)
    old_ids, new_ids = [r.id for r in old], [r.id for r in new]
    return Comparison(
        question,
        tuple(_placed(r, Move.SAME if r.id in new_ids else Move.GONE) for r in old),
        tuple(_placed(r, _move(r.id, old_ids, new_ids)) for r in new),
    )


def _first_results(text: str, locale: str, rules: QueryRules) -> Sequence[Result]:
    with trying(locale, rules):
        return search(SearchRequest(text, locale)).results[:SHOWN_RESULTS]


def _placed(result: Result, move: Move) -> Placed:
    return Placed(result.title.text, result.url, move)


def _move(identifier: str, before: Sequence[str], after: Sequence[str]) -> Move:
    if identifier not in before:
        return Move.NEW
    difference = after.index(identifier) - before.index(identifier)
    if difference == 0:
        return Move.SAME
    return Move.UP if difference < 0 else Move.DOWN


def moved(comparisons: Iterable[Comparison]) -> int:
    """How many of the questions see a change among the results shown."""
    return sum(comparison.changes for comparison in comparisons)
