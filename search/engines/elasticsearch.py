"""Elasticsearch 9 behind the engine contract: an index per locale behind an alias.

``{prefix}articles-{locale}-{analysis version}-{timestamp}`` stands behind the alias
``{prefix}articles-{locale}``. Only core field types and free-licence features are used, so that
it runs on Elastic Cloud and on trimmed builds alike.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from django.conf import settings
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError, bulk, scan

from search.analysis import ANALYSIS_VERSION
from search.engines import elasticsearch_vectors as vectors
from search.engines.base import (
    TERMS_ONLY,
    WITH_FREQUENCIES,
    WITH_POSITIONS,
    WITH_PREFIXES,
    DocumentRejected,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Facet,
    Field,
    Hit,
    IndexDocument,
    Similarity,
    VectorQuery,
)
from search.engines.elasticsearch_query import counts_body, hits_body

logger = logging.getLogger(__name__)

BULK_TIMEOUT_SECONDS = 60
BULK_DOCUMENTS = 200

SETTINGS: Mapping[str, Any] = {
    # One shard: term statistics are exact, and a knowledge base fits one many times over.
    "number_of_shards": 1,
    "analysis": {"analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace"}}},
}
LIVE_SETTINGS: Mapping[str, Any] = {"refresh_interval": "1s", "auto_expand_replicas": "0-1"}
FILLING_SETTINGS: Mapping[str, Any] = {"refresh_interval": "-1", "number_of_replicas": 0}
# The first characters of each term become terms themselves: two letters begin thousands of words.
PREFIXES: Mapping[str, int] = {"min_chars": 1, "max_chars": 8}
_KEPT = {"positions": WITH_POSITIONS, "freqs": WITH_FREQUENCIES, "docs": TERMS_ONLY}


def _text_field(field: Field) -> dict[str, Any]:
    kept = next(option for option, fields in _KEPT.items() if field in fields)
    return {
        "type": "text",
        "analyzer": "terms",
        "index_options": kept,
        "norms": kept != "docs",
        **({"index_prefixes": PREFIXES} if field in WITH_PREFIXES else {}),
    }


# Indices of earlier releases get these with their next write.
ADDED_LATER: Mapping[str, Any] = {
    # Read from the column store with the hits.
    "verified_on": {"type": "keyword", "index": False},
    Field.TEXT_READINGS.value: _text_field(Field.TEXT_READINGS),
}
MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "_source": {"includes": ["digest", "visibility", "facet_*", "verified_on"]},
    "properties": {
        "digest": {"type": "keyword"},
        "visibility": {"type": "keyword"},
        **{field.value: _text_field(field) for field in Field},
        **{f"facet_{facet}": {"type": "keyword"} for facet in Facet},
        **ADDED_LATER,
    },
}


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
    return _client(connection)


@lru_cache(maxsize=8)
def _client(connection: Connection) -> Elasticsearch:
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
        raise _outage(error.meta.status, error.error) from error


class _Refused(EngineUnavailable):
    """The cluster is well but cannot take one of several searches."""


def _outage(status: int, error: str) -> EngineUnavailable:
    """What a status other than 200 means."""
    reasons = {
        401: "the search cluster refused the credentials",
        403: "the credentials may not do this on the search cluster",
        404: "the search cluster has no index yet",
        429: "the search cluster is overloaded",
    }
    return EngineUnavailable(reasons.get(status, f"the search cluster answered {status}: {error}"))


def to_source(document: IndexDocument) -> dict[str, Any]:
    """An index document in Elasticsearch's form."""
    return {
        "digest": document.digest,
        "visibility": document.visibility,
        **{name.value: " ".join(terms) for name, terms in document.fields.items() if terms},
        **{f"facet_{facet}": list(values) for facet, values in document.facets.items()},
        **({"verified_on": document.verified_on} if document.verified_on else {}),
        **vectors.to_source(document.vectors),
    }


def _hit(found: Mapping[str, Any]) -> Hit:
    verified_on = found.get("fields", {}).get("verified_on", [""])
    return Hit(found["_id"], float(found["_score"]), verified_on[0])


class ElasticsearchEngine:
    """One cluster's article indices."""

    name = "elasticsearch"

    def __init__(self, connection: Connection) -> None:
        self.prefix = connection.prefix
        self.client = _client(connection)
        self._bulk_client = self.client.options(request_timeout=BULK_TIMEOUT_SECONDS)

    def alias(self, locale: str) -> str:
        """The name searches and writes go to."""
        return f"{self.prefix}articles-{locale}"

    # --- reading ------------------------------------------------------------------------------

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine.search. A missing index is an outage here, so that the standby answers."""
        if not query.facets:
            with cluster_errors():
                answer = self.client.search(
                    index=self.alias(query.locale), body=hits_body(query)
                ).body
            return self._result(query, answer, answer)
        # Side by side: hits alone are found without a look at most matches, and to count all of
        # them nothing needs to be scored.
        found, counted = self._searches(
            query.locale, [hits_body(replace(query, count_total=False)), counts_body(query)]
        )
        return self._result(query, found, counted)

    def _result(
        self, query: EngineQuery, found: Mapping[str, Any], counted: Mapping[str, Any]
    ) -> EngineResult:
        articles = sorted(map(_hit, found["hits"]["hits"]), key=lambda hit: (-hit.score, hit.id))
        found_so_far = query.offset + len(articles) if articles else 0
        total = counted["hits"].get("total", {}).get("value", found_so_far)
        facets = {
            facet: {
                bucket["key"]: int(bucket["doc_count"])
                for bucket in counted["aggregations"][facet]["buckets"]
            }
            for facet in query.facets
        }
        # Between the two searches an article may have come or gone.
        return EngineResult(tuple(articles), max(int(total), found_so_far), facets, self.name)

    def matches_any(self, query: EngineQuery) -> bool:
        """See Engine.matches_any."""
        return bool(self.search(replace(query, limit=1, count_total=False)).hits)

    def nearest(self, query: VectorQuery, limit: int) -> list[Hit]:
        """See Engine.nearest."""
        answers = self._search_vectors(query, vectors.searches(query, limit))
        return vectors.best_hits(answers, limit) if answers else []

    def similarities(self, query: VectorQuery, ids: Sequence[str]) -> dict[str, Similarity]:
        """See Engine.similarities."""
        if not ids:
            return {}
        answers = self._search_vectors(query, vectors.searches(query, len(ids), ids))
        return vectors.similarities(answers) if answers else {}

    def _search_vectors(
        self, query: VectorQuery, bodies: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """The answers; none where the index has no vectors of that space."""
        try:
            return self._searches(query.locale, bodies)
        except _Refused:  # no such field
            return []

    def _searches(
        self, locale: str, bodies: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """The answers to several searches at once."""
        header = {"index": self.alias(locale)}
        with cluster_errors():
            answers = self.client.msearch(
                searches=[part for body in bodies for part in (header, body)]
            ).body["responses"]
        for answer in answers:
            status = answer["status"]
            if status == 400:
                raise _Refused(f"the search cluster answered 400: {answer['error']['type']}")
            if status != 200:
                raise _outage(status, answer["error"]["type"])
        return list(answers)

    def known_terms(
        self, locale: str, terms: Sequence[str], visibilities: Sequence[str]
    ) -> frozenset[str]:
        """See Engine.known_terms."""
        if not terms:
            return frozenset()
        filters = {term: {"term": {Field.TEXT: term}} for term in terms}
        with cluster_errors():
            answer = self.client.search(
                index=self.alias(locale),
                size=0,
                track_total_hits=False,
                query={"terms": {"visibility": list(visibilities)}},
                aggregations={"known": {"filters": {"filters": filters}}},
            ).body
        buckets = answer["aggregations"]["known"]["buckets"]
        return frozenset(term for term, bucket in buckets.items() if bucket["doc_count"])

    def completions(
        self, locale: str, beginning: str, visibilities: Sequence[str], limit: int
    ) -> tuple[str, ...]:
        """See Engine.completions. None: the terms of a text are listed from the heap only, where
        they would take more room than the index. This host's copy of it knows them (standby)."""
        return ()

    def digests(self, locale: str) -> dict[str, str]:
        """See Engine.digests."""
        with cluster_errors():
            if not self.client.indices.exists_alias(name=self.alias(locale)):
                return {}
            found = scan(self._bulk_client, index=self.alias(locale), _source=["digest"])
            return {hit["_id"]: hit["_source"]["digest"] for hit in found}

    def status(self) -> EngineStatus:
        """See Engine.status."""
        try:
            with cluster_errors():
                # The statistics first: an index that a swap makes live meanwhile is in them.
                stats = self.client.indices.stats(index=f"{self.prefix}articles-*").body
                names = self._live_names()
                documents = self._counts(names)
        except EngineUnavailable as error:
            return EngineStatus(self.name, False, {}, ANALYSIS_VERSION, 0, str(error))
        size, versions = 0, set()
        for locale, name in names.items():
            # No entry: created a moment ago. No numbers: none of its shards is assigned.
            primaries = stats.get("indices", {}).get(name, {}).get("primaries", {})
            size += int(primaries.get("store", {}).get("size_in_bytes", 0))
            versions.add(self._version_of(locale, name))
        version = min(versions - {ANALYSIS_VERSION}, default=ANALYSIS_VERSION)
        return EngineStatus(self.name, True, documents, version, size)

    def _live_names(self) -> dict[str, str]:
        pattern = f"{self.prefix}articles-"
        try:
            answer = self.client.indices.get_alias(name=f"{pattern}*").body
        except NotFoundError:
            return {}
        return {
            alias.removeprefix(pattern): name
            for name, entry in answer.items()
            for alias in entry["aliases"]
            if name.startswith(f"{alias}-")  # not the alias of an index that is being filled
        }

    def _counts(self, names: Mapping[str, str]) -> dict[str, int]:
        """Locale → articles. Not the statistics' number: that counts every vector as well."""
        body = {"size": 0, "track_total_hits": True}
        parts = [part for name in names.values() for part in ({"index": name}, body)]
        answers = self.client.msearch(searches=parts).body["responses"] if parts else []
        return {
            # An error: created or gone a moment ago, or none of its shards is assigned.
            locale: answer["hits"]["total"]["value"] if answer["status"] == 200 else 0
            for locale, answer in zip(names, answers, strict=True)
        }

    def _version_of(self, locale: str, name: str) -> str:
        return name.removeprefix(f"{self.alias(locale)}-").rpartition("-")[0]

    # --- writing ------------------------------------------------------------------------------

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Engine.write."""
        with cluster_errors():
            for locale in {document.locale for document in documents}:
                self._ensure_alias(locale)
                batch = [document for document in documents if document.locale == locale]
                self.map_fields(self.alias(locale), batch)
            self._bulk(
                {
                    "_op_type": "index",
                    "_index": self.alias(document.locale),
                    "_id": document.id,
                    **to_source(document),
                }
                for document in documents
            )

    def delete(self, locale: str, ids: Sequence[str], version: int) -> None:
        """See Engine.delete."""
        with cluster_errors():
            if self.client.indices.exists_alias(name=self.alias(locale)):
                self._bulk(_deletions(self.alias(locale), ids))

    def _bulk(self, actions: Iterable[dict[str, Any]], refresh: str = "true") -> None:
        """Send actions on aliases. Raises DocumentRejected, BulkIndexError for all other faults."""
        _, errors = bulk(
            self._bulk_client,
            actions,
            chunk_size=BULK_DOCUMENTS,
            refresh=refresh,
            # A name that has gone is never made again as an index with guessed mappings.
            require_alias=True,
            raise_on_error=False,
            stats_only=False,
        )
        failed = [
            answer
            for error in errors  # type: ignore[union-attr]
            for operation, answer in error.items()
            # Deleting what is not there is no error; everything else is.
            if (operation, answer["status"]) != ("delete", 404)
        ]
        if not failed:
            return
        # 400: the document cannot be parsed. All other answers are about the index or the cluster.
        if all(answer["status"] == 400 for answer in failed):
            raise DocumentRejected(f"{failed[0]['error']}"[:500])
        raise BulkIndexError(f"{len(failed)} failed", failed)

    def map_fields(self, index: str, documents: Sequence[IndexDocument]) -> None:
        """Make the fields that the documents' vectors need, and those an old index lacks."""
        fields = vectors.mapping(d.vectors for d in documents if d.vectors is not None)
        held = {field.value for d in documents for field, terms in d.fields.items() if terms}
        held |= {"verified_on" for d in documents if d.verified_on}
        fields |= {name: field for name, field in ADDED_LATER.items() if name in held}
        if fields:
            self._bulk_client.indices.put_mapping(index=index, properties=fields)

    def _ensure_alias(self, locale: str) -> None:
        # Nothing is dropped here: a rebuild may be filling the successor.
        if not self.client.indices.exists_alias(name=self.alias(locale)):
            self._create(self.new_name(locale), self.alias(locale), LIVE_SETTINGS)

    def new_name(self, locale: str) -> str:
        """A name for an index of one locale; later ones end in a higher number."""
        return f"{self.alias(locale)}-{ANALYSIS_VERSION}-{time.time_ns()}"

    def create_filling(self, name: str) -> None:
        """A new, empty index that is written to by its filling alias."""
        self._create(name, filling_alias(name), FILLING_SETTINGS)

    def _create(self, name: str, alias: str, options: Mapping[str, Any]) -> None:
        self._bulk_client.indices.create(
            index=name, settings={**SETTINGS, **options}, mappings=MAPPINGS, aliases={alias: {}}
        )

    def go_live(self, locale: str, name: str) -> None:
        """Make a filled index the live one and drop those it supersedes, in one atomic step."""
        self._bulk_client.indices.put_settings(index=name, settings=LIVE_SETTINGS)
        self._bulk_client.indices.update_aliases(
            actions=[
                {"add": {"index": name, "alias": self.alias(locale)}},
                {"remove": {"index": name, "alias": filling_alias(name)}},
                *(
                    {"remove_index": {"index": other}}
                    for other in self._superseded_by(locale, name)
                ),
            ]
        )

    def _superseded_by(self, locale: str, name: str) -> list[str]:
        """The live index, and what rebuilds that died have left."""
        alias = self.alias(locale)
        indices = self._bulk_client.indices.get(index=f"{alias}-*").body
        return [
            other
            for other, entry in indices.items()
            if other != name
            and self._is_of(locale, other)
            and (alias in entry["aliases"] or _created_at(other) < _created_at(name))
        ]

    def _is_of(self, locale: str, name: str) -> bool:
        return (
            name.removeprefix(f"{self.alias(locale)}-").count("-")
            == ANALYSIS_VERSION.count("-") + 1
        )

    def drop_indices(self) -> None:
        """Delete every article index of this prefix."""
        names = list(self._bulk_client.indices.get(index=f"{self.prefix}articles-*").body)
        if names:
            self._bulk_client.indices.delete(index=names)

    def rebuild(self, locale: str, documents: Iterable[IndexDocument]) -> "ElasticsearchRebuild":
        """See Engine.rebuild."""
        return ElasticsearchRebuild(self, locale, documents)


def filling_alias(name: str) -> str:
    """The name by which an index is written to until it is live."""
    return f"{name}-filling"


def _created_at(name: str) -> int:
    return int(name.rpartition("-")[2])


def _deletions(index: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    return ({"_op_type": "delete", "_index": index, "_id": identifier} for identifier in ids)


class ElasticsearchRebuild:
    """A new index, filled beside the one behind the alias."""

    def __init__(
        self, engine: ElasticsearchEngine, locale: str, documents: Iterable[IndexDocument]
    ) -> None:
        self._engine = engine
        self._locale = locale
        self._name = engine.new_name(locale)
        try:
            with cluster_errors():
                engine.create_filling(self._name)
                documents = iter(documents)
                while batch := list(islice(documents, BULK_DOCUMENTS)):
                    engine.map_fields(self._name, batch)
                    engine._bulk(self._actions(batch), refresh="false")
                self._refresh()
        except BaseException:
            self._try_to_discard()
            raise

    def _actions(self, documents: Iterable[IndexDocument]) -> Iterator[dict[str, Any]]:
        return (
            {
                "_op_type": "index",
                "_index": filling_alias(self._name),
                "_id": document.id,
                **to_source(document),
            }
            for document in documents
        )

    def _refresh(self) -> None:
        self._engine._bulk_client.indices.refresh(index=self._name)

    @property
    def documents(self) -> int:
        """The number of documents in the new index."""
        with cluster_errors():
            self._refresh()
            return int(self._engine._bulk_client.count(index=self._name)["count"])

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Rebuild.write."""
        with cluster_errors():
            self._engine.map_fields(self._name, documents)
            self._engine._bulk(self._actions(documents))

    def delete(self, ids: Sequence[str]) -> None:
        """See Rebuild.delete."""
        with cluster_errors():
            self._engine._bulk(_deletions(filling_alias(self._name), ids))

    def swap(self) -> None:
        """See Rebuild.swap."""
        with cluster_errors():
            self._engine.go_live(self._locale, self._name)

    def discard(self) -> None:
        """See Rebuild.discard. Not what a swap made live whose answer got lost on the way."""
        alias = self._engine.alias(self._locale)
        with cluster_errors():
            indices = self._engine._bulk_client.indices
            if not indices.exists_alias(index=self._name, name=alias):
                indices.delete(index=self._name, ignore_unavailable=True)

    def _try_to_discard(self) -> None:
        try:
            self.discard()
        except EngineUnavailable as error:
            logger.warning("%s stays until the next swap: %s", self._name, error)
