"""From a posted batch to durable events."""

from dataclasses import dataclass
from datetime import datetime

from search.log import stores
from search.log.events import LogEvent
from search.log.validate import Batch, Reception, RejectedError, read_event
from search.log.visitors import Sender

FOREIGN = "id belongs to another visit"


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
    """Validate, scrub and store the events of ``batch``."""
    reception = Reception(batch.visit, sender, received_at)
    good: dict[int, LogEvent] = {}
    rejected: list[Rejection] = []
    for index, raw in enumerate(batch.events):
        try:
            good[index] = read_event(raw, reception, index)
        except RejectedError as error:
            rejected.append(Rejection(index, str(error)))
    refused = stores.landing().append(list(good.values())) if good else frozenset()
    foreign = [index for index, event in good.items() if event.id in refused]
    rejected += [Rejection(index, FOREIGN) for index in foreign]
    return Receipt(
        accepted=len(good) - len(foreign),
        rejected=tuple(sorted(rejected, key=lambda rejection: rejection.index)),
    )
