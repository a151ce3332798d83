"""Day × locale × question: the counts that reports are made of and that stay for good.

A day is closed once nothing that belongs to its searches can still happen: visits go on for a
while after midnight. Closed days are counted once and stored, and counted anew when an event
came in late; days that are still open are counted when a report asks.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from search.log import stores
from search.log.answers import store_answers
from search.log.events import EventAction, LogEvent
from search.log.models import DailyQuestion, RolledUpDay, SearchEvent
from search.log.outcomes import CONTACT_AFTER, FOLLOW_UP, SearchOutcome, outcomes_of
from search.log.reading import dwell_needed_by_id
from search.log.stores.base import LogStore

logger = logging.getLogger(__name__)

# After this long into the next day, whatever follows belongs to other searches; the rest is for
# events on their way (`sendBeacon` sends at once or never).
SETTLING = CONTACT_AFTER + timedelta(minutes=30)
MAX_VARIANTS = 20

COUNTS = ("searches", "failed", "no_result", "no_click", "refined", "contacted", "answered", "down")
_FLAGS = ("failed", "no_result", "no_click", "refined", "contacted", "answered", "down")


@dataclass(slots=True)
class QuestionCounts:
    """One question of one locale on one day; the fields are those of ``DailyQuestion``."""

    locale: str
    question: str
    demo: bool
    variants: Counter[str] = field(default_factory=Counter)
    visitors: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: SearchOutcome) -> None:
        """Count one search."""
        search = outcome.search
        self.variants[search.text] += 1
        if search.visitor:
            self.visitors.add(search.visitor)
        self.counts["searches"] += not outcome.down
        for flag in _FLAGS:
            self.counts[flag] += getattr(outcome, flag)

    @property
    def text(self) -> str:
        """The most frequent spelling; of equally frequent ones the first in order."""
        return min(self.variants, key=lambda text: (-self.variants[text], text), default="")

    def as_row(self, day: date) -> DailyQuestion:
        """The row to store."""
        return DailyQuestion(
            day=day,
            locale=self.locale,
            question=self.question,
            demo=self.demo,
            text=self.text,
            variants=dict(self.variants.most_common(MAX_VARIANTS)),
            visitors=len(self.visitors),
            **{name: self.counts[name] for name in COUNTS},
        )


def is_closed(day: date, now: datetime | None = None) -> bool:
    """Whether everything that belongs to the searches of ``day`` has happened."""
    return timezone.localdate((now or timezone.now()) - SETTLING) > day


def roll_up(day: date, *, store: LogStore | None = None) -> None:
    """Count ``day`` and store the counts in place of earlier ones. Twice is once.

    Does nothing for a day whose raw events are no longer all there. Raises EngineUnavailable when
    the store that holds the day cannot be reached.
    """
    if day < oldest_raw_day():
        return
    started = timezone.now()
    outcomes = list(_outcomes(day, store or stores.holding(day)))
    rows = [counts.as_row(day) for counts in _counted(outcomes)]
    RolledUpDay.objects.get_or_create(day=day)
    with transaction.atomic():
        # The lock: two workers must not interleave their deleting and inserting.
        marker = RolledUpDay.objects.select_for_update().get(day=day)
        DailyQuestion.objects.filter(day=day).delete()
        DailyQuestion.objects.bulk_create(rows, batch_size=500)
        store_answers(day, outcomes)
        marker.computed_at = started
        marker.save(update_fields=["computed_at"])


def roll_up_closed_days() -> int:
    """Count every closed day that has not been counted, or has changed since; how many.

    A day that cannot be counted is named in the log and does not hold up the others.
    """
    counted = 0
    for day in uncounted_days():
        if not is_closed(day):
            continue
        try:
            roll_up(day)
        except DatabaseError:
            logger.exception("the searches of %s cannot be counted", day)
        else:
            counted += 1
    return counted


def uncounted_days(since: date | None = None) -> list[date]:
    """The days with events that no stored roll-up covers, oldest first. Two queries."""
    since = max(since or date.min, oldest_raw_day())
    counted = dict(
        RolledUpDay.objects.filter(day__gte=since, computed_at__isnull=False).values_list(
            "day", "computed_at"
        )
    )
    arrived = (
        SearchEvent.objects.filter(day__gte=since)
        .values("day")
        .annotate(latest=Max("received_at"))
        .order_by("day")
        .values_list("day", "latest")
    )
    return [day for day, latest in arrived if day not in counted or latest > counted[day]]


def oldest_raw_day() -> date:
    """The first day whose raw events are kept."""
    return timezone.localdate() - timedelta(days=settings.ANNAI_LOG_RETENTION_DAYS)


def count_questions(day: date, store: LogStore | None = None) -> list[QuestionCounts]:
    """The counts of ``day`` from its raw events; programs and staff are left out."""
    return _counted(_outcomes(day, store or stores.landing()))


def _counted(outcomes: Iterable[SearchOutcome]) -> list[QuestionCounts]:
    counted: dict[tuple[str, str, bool], QuestionCounts] = {}
    for outcome in outcomes:
        search = outcome.search
        key = (search.locale, search.question, search.demo)
        counted.setdefault(key, QuestionCounts(*key)).add(outcome)
    return list(counted.values())


def _outcomes(day: date, store: LogStore) -> Iterator[SearchOutcome]:
    """The searches of ``day``, those of programs and staff left out.

    A visit that spans midnight is read whole: its searches count on the day they began.
    """
    events = list(_events_around(day, store))
    opened = {event.object_id for event in events if event.action is EventAction.DWELL}
    needed = dwell_needed_by_id(opened)
    events.sort(key=attrgetter("visit"))
    for _, group in groupby(events, key=attrgetter("visit")):
        visit = list(group)
        if any(event.bot or event.staff for event in visit):
            continue
        for outcome in outcomes_of(visit, needed.__getitem__):
            if outcome.day == day:
                yield outcome


def _events_around(day: date, store: LogStore) -> Iterator[LogEvent]:
    """The day's events, and of the days beside it what visits across midnight need."""
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    next_midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    for event in store.scan(day - timedelta(days=1)):
        if event.timestamp >= midnight - FOLLOW_UP:
            yield event
    yield from store.scan(day)
    for event in store.scan(day + timedelta(days=1)):
        if event.timestamp <= next_midnight + CONTACT_AFTER:
            yield event


# --- forgetting ----------------------------------------------------------------------------------


def forget_rare_questions() -> int:
    """Blank the texts of old roll-ups that too few visitors ever asked; how many rows went.

    Rows past the retention period whose question stayed below ``ANNAI_K_ANONYMITY`` visitors on
    each of the days kept are summed up in one row without a text for their day and locale. Days
    are not added up: who asks on three days has three hashes and would pass for three visitors.
    """
    old = DailyQuestion.objects.filter(day__lt=oldest_raw_day()).exclude(question="")
    rare = (
        DailyQuestion.objects.filter(question__in=old.values("question"))
        .values("question")
        .annotate(most=Max("visitors"))
        .filter(most__lt=settings.ANNAI_K_ANONYMITY)
        .values("question")
    )
    with transaction.atomic():
        rows = list(old.filter(question__in=rare).select_for_update())
        sums: dict[tuple[date, str, bool], Counter[str]] = defaultdict(Counter)
        for row in rows:
            sums[row.day, row.locale, row.demo].update(
                {name: getattr(row, name) for name in (*COUNTS, "visitors")}
            )
        for (day, locale, demo), counts in sums.items():
            _add_to_blank(day, locale, demo, counts)
        _delete_in_slices([row.pk for row in rows])
    return len(rows)


def _add_to_blank(day: date, locale: str, demo: bool, counts: Counter[str]) -> None:
    blank, _ = DailyQuestion.objects.get_or_create(
        day=day, locale=locale, question="", demo=demo, defaults={"text": ""}
    )
    for name, count in counts.items():
        setattr(blank, name, getattr(blank, name) + count)
    blank.save()


def _delete_in_slices(ids: Iterable[int]) -> None:
    keys = list(ids)
    for start in range(0, len(keys), 500):
        DailyQuestion.objects.filter(pk__in=keys[start : start + 500]).delete()
