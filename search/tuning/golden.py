"""Golden questions: asked as a visitor would ask, and whether an expected article comes up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from search.query.pipeline import search
from search.query.rules import trying
from search.query.values import SearchRequest
from search.tuning.changes import Change
from search.tuning.effects import is_touched
from search.tuning.models import GoldenQuestion, GoldenRank, GoldenRun

TOP = 3  # what a reader sees without scrolling
KEPT_RUNS = 120  # of a language: four months of days


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one golden question: the rank of the first expected article, from 1.

    None where none of them is on the first page.
    """

    question: GoldenQuestion
    rank: int | None
    engine: str
    degraded: bool

    @property
    def hit(self) -> bool:
        """Whether an expected article is among the first three."""
        return self.rank is not None and self.rank <= TOP


@dataclass(frozen=True, slots=True)
class Fallen:
    """A golden question that would no longer be answered among the first three, its ranks, and
    the first day of those looked at on which it would not."""

    question: GoldenQuestion
    before: int
    after: int | None
    day: date

    @property
    def is_later(self) -> bool:
        """Whether it would still be answered today."""
        return self.day > timezone.localdate()


def golden_questions(locale: str) -> QuerySet[GoldenQuestion]:
    """The golden questions of ``locale`` with what they expect. Two queries when read."""
    return GoldenQuestion.objects.filter(locale=locale).prefetch_related("answers")


def ask(question: GoldenQuestion) -> Asked:
    """Ask it through the production pipeline. Raises EngineUnavailable when nothing answers."""
    found = search(SearchRequest(question.question, question.locale))
    ids = [int(result.id) for result in found.results]
    rank = next((ids.index(pk) + 1 for pk in ids if pk in question.expected), None)
    return Asked(question, rank, found.outcome.engine, found.outcome.degraded)


def hit_at_3(asked: Sequence[Asked]) -> float:
    """The share with an expected article among the first three; 0 where nothing was asked."""
    return sum(one.hit for one in asked) / len(asked) if asked else 0.0


def mean_reciprocal_rank(asked: Sequence[Asked]) -> float:
    """The mean of 1 / rank, 0 for what was not found."""
    return sum(1 / one.rank for one in asked if one.rank) / len(asked) if asked else 0.0


# --- before a change is saved --------------------------------------------------------------------


def falling(changes: Iterable[Change]) -> list[Fallen]:
    """The golden questions that the changes would push out of the first three, each once.

    Only those are asked that a change touches, each twice. Raises EngineUnavailable.
    """
    fallen: dict[int, Fallen] = {}
    for change in changes:
        for question in golden_questions(change.locale):
            if question.pk not in fallen and (falls := _falls(question, change)):
                fallen[question.pk] = falls
    return list(fallen.values())


def _falls(question: GoldenQuestion, change: Change) -> Fallen | None:
    if not is_touched(question.question, change.locale, change.before, change.after):
        return None
    with trying(change.locale, change.before):
        was = ask(question)
    with trying(change.locale, change.after):
        would_be = ask(question)
    if not (was.hit and was.rank) or would_be.hit:
        return None
    return Fallen(question, was.rank, would_be.rank, change.day)


# --- runs ----------------------------------------------------------------------------------------


def run_all(locales: Iterable[str] | None = None) -> list[GoldenRun]:
    """Ask all golden questions of the locales (all of the portal's) and store a run for each.

    A locale without golden questions has no run. Raises EngineUnavailable when nothing answers.
    """
    chosen = [code for code, _ in settings.LANGUAGES] if locales is None else locales
    runs = (run_locale(locale) for locale in chosen)
    return [run for run in runs if run is not None]


def run_locale(locale: str) -> GoldenRun | None:
    """Ask the golden questions of one locale and store the run; None where there are none."""
    asked = [ask(question) for question in golden_questions(locale)]
    return _store(locale, asked) if asked else None


@transaction.atomic
def _store(locale: str, asked: Sequence[Asked]) -> GoldenRun:
    earlier = GoldenRun.objects.filter(locale=locale)
    hits_before = _hits_of(earlier.first())
    run = GoldenRun.objects.create(
        locale=locale,
        questions=len(asked),
        hit_at_3=hit_at_3(asked),
        mrr=mean_reciprocal_rank(asked),
        engine=asked[-1].engine,
        degraded=any(one.degraded for one in asked),
    )
    GoldenRank.objects.bulk_create(
        GoldenRank(
            run=run,
            question=one.question,
            rank=one.rank,
            fell=one.question.pk in hits_before and not one.hit,
        )
        for one in asked
    )
    kept = list(earlier.values_list("pk", flat=True)[:KEPT_RUNS])
    earlier.exclude(pk__in=kept).delete()
    return run


def _hits_of(run: GoldenRun | None) -> set[int]:
    if run is None:
        return set()
    return set(run.ranks.filter(rank__lte=TOP).values_list("question_id", flat=True))
