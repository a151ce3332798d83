"""The log in the database: where every event lands first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from search.log.events import EventAction, ForeignEventError, LogEvent, settle
from search.log.models import SearchEvent

CHUNK = 500
_FIELDS = tuple(field.name for field in fields(LogEvent))
_CHANGING = [name for name in _FIELDS if name != "id"] + [
    "received_at",
    "shipped_at",
    "ship_error",
]


class DatabaseStore:
    """Implements ``LogStore`` on the table of search events."""

    def append(self, events: Sequence[LogEvent]) -> frozenset[UUID]:
        """Keep ``events`` in one transaction; see LogStore."""
        with transaction.atomic():
            stored = {
                row.id: event_of(row)
                for row in SearchEvent.objects.select_for_update().filter(
                    id__in={event.id for event in events}
                )
            }
            kept, refused = dict(stored), set()
            for event in events:
                try:
                    kept[event.id] = settle(kept.get(event.id, event), event)
                except ForeignEventError:
                    refused.add(event.id)
            now = timezone.now()
            new = [event for event in kept.values() if event.id not in stored]
            changed = [event for event in kept.values() if event is not stored.get(event.id, event)]
            # A second request with the same ids may run at this moment: the first one counts.
            SearchEvent.objects.bulk_create(
                [_row(event, received_at=now) for event in new], ignore_conflicts=True
            )
            SearchEvent.objects.bulk_update(
                [_row(event, received_at=now) for event in changed], _CHANGING
            )
        return frozenset(refused)

    def scan(self, day: date) -> Iterator[LogEvent]:
        """The events of ``day``; see LogStore. Reads in chunks."""
        rows = SearchEvent.objects.filter(day=day).order_by("visit", "timestamp", "id")
        return map(event_of, rows.iterator(chunk_size=CHUNK))

    def purge(self, before: date) -> int:
        """Delete what is older; see LogStore."""
        return _delete(SearchEvent.objects.filter(day__lt=before))

    def erase(self, *, visit: str = "", questions: Iterable[str] = ()) -> int:
        """Delete a visit or questions; see LogStore."""
        with transaction.atomic():
            return _delete(SearchEvent.objects.filter(erasure_filter(visit, questions)))


def erasure_filter(visit: str, questions: Iterable[str]) -> Q:
    """The rows an erasure concerns: the visit's, and the questions' with all of their answers'."""
    searches = SearchEvent.objects.filter(
        action=EventAction.SEARCH, question__in=[question for question in questions if question]
    )
    answers = set(searches.exclude(query_id="").values_list("query_id", flat=True))
    concerned = Q(id__in=searches.values("id")) | Q(query_id__in=answers)
    return concerned | Q(visit=visit) if visit else concerned


def event_of(row: SearchEvent) -> LogEvent:
    """The event in ``row``."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return LogEvent(**values | {"action": EventAction(row.action)})


def _row(event: LogEvent, **more: object) -> SearchEvent:
    return SearchEvent(**asdict(event), **more)


def _delete(rows: QuerySet[SearchEvent]) -> int:
    return rows.delete()[0]
