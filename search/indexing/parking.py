"""Articles an index could not take: kept with the reason, shown, and retried when they change."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F

from search.indexing.models import ParkedEntry
from search.indexing.terms import Failure

logger = logging.getLogger(__name__)


def settle(index: str, article_ids: Iterable[int], failed: Mapping[int, Failure]) -> None:
    """Park the failed ones of the articles and let the others go."""
    settled = [pk for pk in article_ids if pk not in failed]
    ParkedEntry.objects.filter(index=index, article_id__in=settled).delete()
    for pk, failure in failed.items():
        logger.error("article %d cannot be indexed in %s: %s", pk, index, failure.error)
        parked = ParkedEntry.objects.filter(index=index, article_id=pk)
        again = {"error": failure.error, "attempts": F("attempts") + 1}
        if not parked.update(**again):
            ParkedEntry.objects.create(index=index, article_id=pk, error=failure.error)


def parked_in(index: str) -> list[dict[str, Any]]:
    """What is parked: article, error, attempts. The last attempt first."""
    rows = ParkedEntry.objects.filter(index=index).order_by("-at", "article_id")
    return [dict(row) for row in rows.values("article_id", "error", "attempts")]
