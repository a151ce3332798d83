"""Which stores there are: the database, and Elasticsearch where it is configured."""

from datetime import date

from django.conf import settings

from search.log.models import SearchEvent
from search.log.stores.base import LogStore
from search.log.stores.database import DatabaseStore
from search.log.stores.elasticsearch import ElasticsearchStore


def landing() -> DatabaseStore:
    """Where events land first: durable together with everything else, cluster or not."""
    return DatabaseStore()


def configured() -> tuple[LogStore, ...]:
    """Every store that holds events; the landing place first."""
    return (landing(), ElasticsearchStore.from_settings()) if shipped() else (landing(),)


def shipped() -> bool:
    """Whether events are copied to Elasticsearch."""
    return bool(settings.ELASTICSEARCH_URL)


def holding(day: date) -> LogStore:
    """The store to read ``day`` from: Elasticsearch once it has the whole day, till then ours."""
    if shipped() and not SearchEvent.objects.filter(day=day, shipped_at=None).exists():
        return ElasticsearchStore.from_settings()
    return landing()
