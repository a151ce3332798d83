"""From the database to Elasticsearch, in bulk, as often as it takes."""

import logging
from itertools import groupby
from operator import attrgetter

from django.utils import timezone

from search.log.erasing import carry_out_erasures
from search.log.models import SearchEvent
from search.log.stores import shipped as shipping_is_on
from search.log.stores.database import event_of
from search.log.stores.elasticsearch import ElasticsearchStore

logger = logging.getLogger(__name__)

BATCH = 500
MAX_ERROR_LENGTH = 300


def ship_events() -> int:
    """Copy every event that Elasticsearch has not got yet; how many were copied.

    Nothing to do where it is not configured. Raises EngineUnavailable when the cluster cannot be
    reached: what was not confirmed stays marked as unshipped and goes with the next run. Twice is
    once, for the event's id is the document's. A document the cluster refuses for itself is
    parked with the reason and logged, and holds up nothing.
    """
    if not shipping_is_on():
        return 0
    store = ElasticsearchStore.from_settings()
    copied = 0
    while rows := list(
        SearchEvent.objects.filter(shipped_at=None, ship_error="").order_by("received_at")[:BATCH]
    ):
        errors = store.put([event_of(row) for row in rows])
        for row in rows:
            if row.id in errors:
                _park(row, errors[row.id])
        _mark_shipped([row for row in rows if row.id not in errors])
        copied += len(rows) - len(errors)
    carry_out_erasures()
    return copied


def _park(row: SearchEvent, reason: str) -> None:
    logger.error("Elasticsearch refused event %s: %s", row.id, reason)
    SearchEvent.objects.filter(id=row.id, revision=row.revision).update(
        ship_error=reason[:MAX_ERROR_LENGTH] or "refused"
    )


def _mark_shipped(rows: list[SearchEvent]) -> None:
    # A row that was replaced while it was under way has a new revision and goes again.
    by_revision = attrgetter("revision")
    for revision, same in groupby(sorted(rows, key=by_revision), key=by_revision):
        SearchEvent.objects.filter(id__in=[row.id for row in same], revision=revision).update(
            shipped_at=timezone.now()
        )
