"""The contract of a log store; tests/search/log/stores/conformance.py holds every store to it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from search.log.events import LogEvent


class LogStore(Protocol):
    """Where events are kept. Every method may be called again without harm.

    All of them raise search.engines.base.EngineUnavailable when the store cannot be reached.
    """

    def append(self, events: Sequence[LogEvent]) -> frozenset[UUID]:
        """Keep ``events``; they are durable when this returns.

        ``events.settle`` says what becomes of an id that is known already. Returns the ids that
        were refused because they belong to another visit.
        """

    def scan(self, day: date) -> Iterator[LogEvent]:
        """The events counted on ``day``, visit by visit, each in the order of time."""

    def purge(self, before: date) -> int:
        """Delete the events of the days before ``before``; how many."""

    def erase(self, *, visit: str = "", questions: Iterable[str] = ()) -> int:
        """Delete a visit, or the searches of questions (hashes) with their answers' events.

        Returns how many events went.
        """
