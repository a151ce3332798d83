"""The reading side of the outbox: numbering, reading in order, pruning.

Ids given out by a sequence become visible out of order (a long transaction may show row 7 after
row 8 has been read), so nobody reads by id: a short step under one lock numbers the rows that
are visible, and consumers read by number. What becomes visible later gets a higher number, so
nothing is ever passed over, and no consumer waits for transactions that are still running, as it
would when reading below PostgreSQL's snapshot horizon.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils import timezone

from search.indexing.models import IndexPosition, OutboxCounter, OutboxEntry

# A rebuild catches up from rows that all indexes may have passed already.
KEEP_ROWS = timedelta(days=1)
# An index that nobody has fed for so long is gone for good; should it come back, it is rebuilt.
KEEP_POSITIONS = timedelta(days=7)


def number_entries() -> int:
    """Number the rows that have become visible; the highest number given so far."""
    if not OutboxEntry.objects.filter(number=None).exists():
        counter = OutboxCounter.objects.filter(pk=1).first()
        return counter.last_number if counter else 0
    return _number_visible_rows()


@transaction.atomic
def _number_visible_rows() -> int:
    counter, _ = OutboxCounter.objects.select_for_update().get_or_create(pk=1)
    span = OutboxEntry.objects.filter(number=None).aggregate(first=Min("id"), last=Max("id"))
    if span["first"] is None:
        return counter.last_number
    # Numbers follow the ids, moved up where an id came late. Rows that become visible between
    # the two statements lie within the span or wait for the next call.
    shift = max(0, counter.last_number + 1 - span["first"])
    OutboxEntry.objects.filter(number=None, id__gte=span["first"], id__lte=span["last"]).update(
        number=F("id") + shift
    )
    counter.last_number = span["last"] + shift
    counter.save(update_fields=["last_number"])
    return counter.last_number


def entries_after(position: int, limit: int) -> Sequence[OutboxEntry]:
    """The next numbered rows, in order."""
    return list(OutboxEntry.objects.filter(number__gt=position).order_by("number")[:limit])


def superseded(article_ids: Iterable[int], number: int) -> set[int]:
    """Those of the articles that are announced again after ``number``."""
    later = OutboxEntry.objects.filter(article_id__in=list(article_ids), number__gt=number)
    return set(later.values_list("article_id", flat=True))


def waiting_after(position: int) -> QuerySet[OutboxEntry]:
    """The rows that an index at ``position`` has not seen."""
    return OutboxEntry.objects.filter(Q(number__gt=position) | Q(number=None))


def count_waiting(position: int) -> int:
    """How many articles wait for an index at ``position``."""
    counted = waiting_after(position).aggregate(articles=Count("article_id", distinct=True))
    return int(counted["articles"])


def prune() -> int:
    """Delete rows that every known index has passed and no rebuild needs; how many."""
    now = timezone.now()
    IndexPosition.objects.filter(updated_at__lt=now - KEEP_POSITIONS).delete()
    passed = IndexPosition.objects.aggregate(lowest=Min("position"))["lowest"]
    if not passed:
        return 0
    with transaction.atomic():
        rows = OutboxEntry.objects.filter(number__lte=passed, created_at__lt=now - KEEP_ROWS)
        highest = rows.aggregate(highest=Max("number"))["highest"]
        if highest is None:
            return 0
        deleted, _ = rows.delete()
        OutboxCounter.objects.filter(pk=1).update(pruned=highest)
    return deleted
