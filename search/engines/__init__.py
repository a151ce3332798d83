"""Which engines this host has: the embedded one always, the cluster's when one is configured."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from search.engines.base import Engine
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_client import Connection
from search.engines.embedded import EmbeddedEngine
from search.engines.standby import StandbyEngine


def embedded() -> EmbeddedEngine:
    """The index in this host's data folder."""
    return _embedded(settings.INDEX_DIR)


def cluster() -> ElasticsearchEngine | None:
    """The cluster's index; None where no cluster is configured."""
    connection = Connection.from_settings()
    return _cluster(connection) if connection else None


def indexes() -> tuple[Engine, ...]:
    """Every index this host feeds. The embedded one is the standby where there is a cluster."""
    remote = cluster()
    return (embedded(), remote) if remote else (embedded(),)


def current() -> Engine:
    """The engine that answers searches."""
    remote = cluster()
    return _standby(remote, embedded()) if remote else embedded()


# One engine object per configuration and process: they hold open indices and connections.


@lru_cache(maxsize=8)
def _embedded(folder: Path) -> EmbeddedEngine:
    return EmbeddedEngine(folder)


@lru_cache(maxsize=8)
def _cluster(connection: Connection) -> ElasticsearchEngine:
    return ElasticsearchEngine(connection)


@lru_cache(maxsize=8)
def _standby(primary: ElasticsearchEngine, standby: EmbeddedEngine) -> StandbyEngine:
    return StandbyEngine(primary, standby)
