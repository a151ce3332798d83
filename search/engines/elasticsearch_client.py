"""The connection to the cluster: its settings, the client, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch
from elasticsearch.helpers import BulkIndexError

from search.engines.base import EngineUnavailable


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the cluster is and how to be let in. Credentials never show in a repr or a log."""

    url: str
    api_key: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    prefix: str = "annai-"
    budget_seconds: float = 1.5

    @classmethod
    def from_settings(cls) -> "Connection | None":
        """The configured cluster; None where ELASTICSEARCH_URL is not set."""
        if not settings.ELASTICSEARCH_URL:
            return None
        return cls(
            url=settings.ELASTICSEARCH_URL,
            api_key=settings.ELASTICSEARCH_API_KEY,
            username=settings.ELASTICSEARCH_USERNAME,
            password=settings.ELASTICSEARCH_PASSWORD,
            ca=settings.ELASTICSEARCH_CA,
            prefix=settings.ELASTICSEARCH_PREFIX,
            budget_seconds=settings.ELASTICSEARCH_BUDGET_MS / 1000,
        )

    def with_prefix(self, prefix: str) -> "Connection":
        """The same cluster under other index names."""
        return replace(self, prefix=prefix)


def connect(connection: Connection) -> Elasticsearch:
    """A client for one connection. Nothing is sent yet."""
    options: dict[str, Any] = {
        "request_timeout": connection.budget_seconds,
        "max_retries": 1,
        "retry_on_timeout": False,
    }
    if connection.api_key:
        options["api_key"] = connection.api_key
    elif connection.username:
        options["basic_auth"] = (connection.username, connection.password)
    if connection.ca:
        options["ca_certs"] = connection.ca
    return Elasticsearch([url.strip() for url in connection.url.split(",")], **options)


def client() -> Elasticsearch:
    """The client of the configured cluster, one a process.

    Raises EngineUnavailable where none is configured.
    """
    connection = Connection.from_settings()
    if connection is None:
        raise EngineUnavailable("ELASTICSEARCH_URL is not set")
    return shared_client(connection)


@lru_cache(maxsize=8)
def shared_client(connection: Connection) -> Elasticsearch:
    """The client of one connection, one a process."""
    return connect(connection)


@contextmanager
def cluster_errors() -> Iterator[None]:
    """Turn the client's errors into EngineUnavailable, in words that hold no credentials."""
    try:
        yield
    except ConnectionTimeout as error:
        raise EngineUnavailable("the search cluster took too long") from error
    except TransportError as error:
        raise EngineUnavailable("the search cluster cannot be reached") from error
    except BulkIndexError as error:
        raise EngineUnavailable(f"the search cluster refused {len(error.errors)} documents") from (
            error
        )
    except ApiError as error:
        raise outage(error.meta.status, error.error) from error


def outage(status: int, error: str) -> EngineUnavailable:
    """What a status other than 200 means."""
    reasons = {
        401: "the search cluster refused the credentials",
        403: "the credentials may not do this on the search cluster",
        404: "the search cluster has no index yet",
        429: "the search cluster is overloaded",
    }
    return EngineUnavailable(reasons.get(status, f"the search cluster answered {status}: {error}"))
