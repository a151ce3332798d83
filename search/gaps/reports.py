"""What people looked for and did not find: the rows that the admin report and the command show."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from search.gaps.models import HiddenQuestion
from search.log.models import DailyQuestion
from search.log.rollups import COUNTS, QuestionCounts, count_questions, uncounted_days

DEFAULT_DAYS = 30
_KEYS_A_QUERY = 500


class Reason(StrEnum):
    """Why a search counts as failed: the columns a report can be narrowed to."""

    NO_RESULT = "no_result"  # nothing was found, or nothing found is an answer
    NO_CLICK = "no_click"  # there were results and none was opened
    REFINED = "refined"  # a similar question followed within five minutes
    CONTACTED = "contacted"  # the reader turned to support within half an hour


@dataclass(frozen=True, slots=True)
class FailedQuestion:
    """One row: a question in one language, all spellings of it together.

    ``question`` is its most frequent spelling, ``variants`` all of them with their searches, most
    frequent first; ``key`` is the hash they share. Counts are searches of the period, except
    ``visitors`` (distinct ones of each day, added up). ``cost`` is what rows are ordered by: the
    searches that failed, whatever and however many the reasons. ``demo``: made-up traffic is in
    it. ``hidden``: a support lead has left it out. ``cause``, ``gap`` and ``status`` are None
    until gaps exist.
    """

    key: str
    question: str
    locale: str
    searches: int
    visitors: int
    no_result: int
    no_click: int
    refined: int
    contacted: int
    cost: int
    variants: tuple[tuple[str, int], ...] = ()
    demo: bool = False
    hidden: bool = False
    cause: str | None = None
    gap: int | None = None
    status: str | None = None

    @property
    def spellings(self) -> str:
        """The variants in one line: each with its searches."""
        return "; ".join(f"{text} ({searches})" for text, searches in self.variants)


@dataclass(frozen=True, slots=True)
class FailedSearches:
    """The report. ``rare``: per locale, the searches of failed questions too rare to be shown."""

    rows: tuple[FailedQuestion, ...]
    rare: Mapping[str, int]


@dataclass(slots=True)
class _Totals:
    """The sums of one question over the period, and the most visitors it had on one day."""

    counts: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)
    most_visitors: int = 0
    demo: bool = False


_Key = tuple[str, str]  # locale, hash of the question


def failed_searches(
    days: int = DEFAULT_DAYS,
    locale: str | None = None,
    reasons: Collection[Reason] = (),
    *,
    hidden: bool = False,
) -> FailedSearches:
    """The questions with failed searches of the last ``days`` days, today included.

    Most costly first; equal ones by visitors, then by text. ``locale`` and ``reasons`` (any of
    them; all when empty) narrow it. A question is shown once ``ANNAI_K_ANONYMITY`` visitors asked
    it on one day of the period; the others are only counted. Days are not added up for this:
    nobody can tell whether the visitors of two days are the same people (that is what the daily
    salt is for), so that one person asking every day would pass for many. ``hidden`` gives
    the questions that a support lead has hidden, instead of all others. The number of queries does
    not depend on the number of rows, save one for every 500 of them.
    """
    first_day = timezone.localdate() - timedelta(days=days - 1)
    open_days = uncounted_days(since=first_day)
    stored = DailyQuestion.objects.filter(
        day__gte=first_day, day__lte=timezone.localdate()
    ).exclude(day__in=open_days)
    if locale:
        stored = stored.filter(locale=locale)
    totals = _totals(stored, open_days, locale)
    hidden_ones = set(HiddenQuestion.objects.values_list("question", flat=True))
    failed = {
        key: sums
        for key, sums in totals.items()
        if _is_wanted(sums.counts, reasons) and (key[1] in hidden_ones) == hidden
    }
    shown: dict[_Key, _Totals] = {}
    rare: Counter[str] = Counter()
    for key, sums in failed.items():
        if key[1] and sums.most_visitors >= settings.ANNAI_K_ANONYMITY:
            shown[key] = sums
        else:
            rare[key[0]] += sums.counts["searches"]
    _add_stored_variants(shown, stored)
    rows = (_row(key, sums, hidden=hidden) for key, sums in shown.items())
    return FailedSearches(
        rows=tuple(sorted(rows, key=lambda r: (-r.cost, -r.visitors, r.locale, r.question))),
        rare=dict(sorted(rare.items())),
    )


def _is_wanted(counts: Counter[str], reasons: Collection[Reason]) -> bool:
    return counts["failed"] > 0 and (not reasons or any(counts[reason] for reason in reasons))


def _row(key: _Key, sums: _Totals, *, hidden: bool) -> FailedQuestion:
    variants = sorted(sums.variants.items(), key=lambda item: (-item[1], item[0]))
    counts = sums.counts
    return FailedQuestion(
        key=key[1],
        question=variants[0][0],
        locale=key[0],
        searches=counts["searches"],
        visitors=counts["visitors"],
        no_result=counts["no_result"],
        no_click=counts["no_click"],
        refined=counts["refined"],
        contacted=counts["contacted"],
        cost=counts["failed"],
        variants=tuple(variants),
        demo=sums.demo,
        hidden=hidden,
    )


# --- sums: stored days from their roll-ups, open ones from the events ---------------------------


def _totals(
    stored: QuerySet[DailyQuestion], open_days: Iterable[date], locale: str | None
) -> dict[_Key, _Totals]:
    totals: dict[_Key, _Totals] = defaultdict(_Totals)
    names = (*COUNTS, "visitors")
    sums_of = {f"sum_{name}": Sum(name) for name in names}
    most = Max("visitors")
    with_demo = Count("pk", filter=Q(demo=True))
    grouped = stored.order_by().values("locale", "question")
    for row in grouped.annotate(**sums_of, most=most, with_demo=with_demo):
        sums = totals[row["locale"], row["question"]]
        sums.counts.update({name: row[f"sum_{name}"] for name in names})
        sums.most_visitors = row["most"]
        sums.demo = row["with_demo"] > 0
    for counts in _counted_now(open_days):
        if locale in (None, counts.locale):
            sums = totals[counts.locale, counts.question]
            sums.counts.update(counts.counts)
            sums.counts["visitors"] += len(counts.visitors)
            sums.most_visitors = max(sums.most_visitors, len(counts.visitors))
            sums.variants.update(counts.variants)
            sums.demo |= counts.demo
    return totals


def _counted_now(days: Iterable[date]) -> Iterator[QuestionCounts]:
    for day in days:
        yield from count_questions(day)


def _add_stored_variants(shown: Mapping[_Key, _Totals], stored: QuerySet[DailyQuestion]) -> None:
    hashes = sorted({question for _, question in shown})
    for start in range(0, len(hashes), _KEYS_A_QUERY):
        rows = stored.filter(question__in=hashes[start : start + _KEYS_A_QUERY])
        for locale, question, variants in rows.values_list("locale", "question", "variants"):
            shown[locale, question].variants.update(variants)
