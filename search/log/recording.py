"""From a posted batch to durable events."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from search.log import stores
from search.log.events import LogEvent
from search.log.models import SearchEvent
from search.log.validate import Batch, Reception, RejectedError, read_event
from search.log.visitors import Sender

FOREIGN = "id belongs to another visit"
# A busy reader's tab makes some dozens; whoever makes more only costs us space and time.
MAX_EVENTS_A_VISIT = 500
TOO_MANY = f"more than {MAX_EVENTS_A_VISIT} events of this visit today"


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event of a batch that was not taken, by its place from 0, and why."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch. Accepted ones are durable; one known already counts as accepted."""

    accepted: int
    rejected: tuple[Rejection, ...]


def record_batch(batch: Batch, sender: Sender, received_at: datetime) -> Receipt:
    """Validate, scrub and store the events of ``batch``.

    A visit has room for ``MAX_EVENTS_A_VISIT`` events a day; those known already may come again.
    """
    reception = Reception(batch.visit, sender, received_at)
    good: dict[int, LogEvent] = {}
    rejected: list[Rejection] = []
    today = timezone.localdate(received_at)
    known = set(
        SearchEvent.objects.filter(visit=batch.visit, day=today).values_list("id", flat=True)
    )
    for index, raw in enumerate(batch.events):
        try:
            event = read_event(raw, reception, index)
            if event.id not in known and len(known) >= MAX_EVENTS_A_VISIT:
                raise RejectedError(TOO_MANY)
        except RejectedError as error:
            rejected.append(Rejection(index, str(error)))
        else:
            good[index] = event
            known.add(event.id)
    refused = stores.landing().append(list(good.values())) if good else frozenset()
    foreign = [index for index, event in good.items() if event.id in refused]
    rejected += [Rejection(index, FOREIGN) for index in foreign]
    return Receipt(
        accepted=len(good) - len(foreign),
        rejected=tuple(sorted(rejected, key=lambda rejection: rejection.index)),
    )
