"""Elasticsearch 9 behind the engine contract.

Only core field types and free-licence features are used, so that it runs on Elastic Cloud and on
trimmed builds alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from elasticsearch.helpers import scan

from search.analysis import ANALYSIS_VERSION
from search.engines import elasticsearch_vectors as vectors
from search.engines.base import (
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Field,
    Hit,
    IndexDocument,
    Similarity,
    VectorQuery,
)
from search.engines.elasticsearch_client import Connection, cluster_errors, outage, shared_client
from search.engines.elasticsearch_indices import ElasticsearchIndices, deletions
from search.engines.elasticsearch_mapping import NUMBER, to_source
from search.engines.elasticsearch_query import counts_body, hits_body
from search.engines.elasticsearch_rebuild import ElasticsearchRebuild


class _Refused(EngineUnavailable):
    """The cluster is well but cannot take one of several searches."""


def _hit(found: Mapping[str, Any]) -> Hit:
    columns = found.get("fields", {})
    number = found["_id"] if "_id" in found else columns[NUMBER][0]
    return Hit(str(number), float(found["_score"]), columns.get("verified_on", [""])[0])


class ElasticsearchEngine:
    """One cluster's article indices."""

    name = "elasticsearch"

    def __init__(self, connection: Connection) -> None:
        self.client = shared_client(connection)
        self.indices = ElasticsearchIndices(self.client, connection.prefix)

    # --- reading ------------------------------------------------------------------------------

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine.search. A missing index is an outage here, so that the standby answers."""
        found, counted = self._found(query)
        if not all(NUMBER in hit.get("fields", {}) for hit in found["hits"]["hits"]):
            # An index that an earlier release made, until it is rebuilt.
            found, counted = self._found(query, by_columns=False)
        return self._result(query, found, counted)

    def _found(
        self, query: EngineQuery, *, by_columns: bool = True
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The answers that hold the hits and the counts."""
        if not query.facets:
            with cluster_errors():
                answer = self.client.search(
                    index=self.indices.alias(query.locale),
                    body=hits_body(query, by_columns=by_columns),
                ).body
            return answer, answer
        # Side by side: hits alone are found without a look at most matches, and to count all of
        # them nothing needs to be scored.
        hits = hits_body(replace(query, count_total=False), by_columns=by_columns)
        found, counted = self._searches(query.locale, [hits, counts_body(query)])
        return found, counted

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
        header = {"index": self.indices.alias(locale)}
        with cluster_errors():
            answers = self.client.msearch(
                searches=[part for body in bodies for part in (header, body)]
            ).body["responses"]
        for answer in answers:
            status = answer["status"]
            if status == 400:
                raise _Refused(f"the search cluster answered 400: {answer['error']['type']}")
            if status != 200:
                raise outage(status, answer["error"]["type"])
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
                index=self.indices.alias(locale),
                size=0,
                track_total_hits=False,
                query={"terms": {"visibility": list(visibilities)}},
                aggregations={"known": {"filters": {"filters": filters}}},
            ).body
        buckets = answer["aggregations"]["known"]["buckets"]
        return frozenset(term for term, bucket in buckets.items() if bucket["doc_count"])

    def completions(
        self,
        locale: str,
        beginning: str,
        visibilities: Sequence[str],
        limit: int,
        field: Field = Field.TEXT,
    ) -> Mapping[str, int]:
        """See Engine.completions. None: the terms of a text are listed from the heap only, where
        they would take more room than the index. This host's copy of it knows them (standby)."""
        return {}

    def digests(self, locale: str) -> dict[str, str]:
        """See Engine.digests."""
        with cluster_errors():
            if not self.client.indices.exists_alias(name=self.indices.alias(locale)):
                return {}
            found = scan(
                self.indices.bulk_client, index=self.indices.alias(locale), _source=["digest"]
            )
            return {hit["_id"]: hit["_source"]["digest"] for hit in found}

    def status(self) -> EngineStatus:
        """See Engine.status."""
        try:
            with cluster_errors():
                # The statistics first: an index that a swap makes live meanwhile is in them.
                stats = self.client.indices.stats(index=f"{self.indices.prefix}articles-*").body
                names = self.indices.live_names()
                documents = self.indices.counts(names)
        except EngineUnavailable as error:
            return EngineStatus(self.name, False, {}, ANALYSIS_VERSION, 0, str(error))
        size, versions = 0, set()
        for locale, name in names.items():
            # No entry: created a moment ago. No numbers: none of its shards is assigned.
            primaries = stats.get("indices", {}).get(name, {}).get("primaries", {})
            size += int(primaries.get("store", {}).get("size_in_bytes", 0))
            versions.add(self.indices.version_of(locale, name))
        version = min(versions - {ANALYSIS_VERSION}, default=ANALYSIS_VERSION)
        return EngineStatus(self.name, True, documents, version, size)

    # --- writing ------------------------------------------------------------------------------

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Engine.write."""
        with cluster_errors():
            for locale in {document.locale for document in documents}:
                self.indices.ensure_alias(locale)
                batch = [document for document in documents if document.locale == locale]
                self.indices.map_fields(self.indices.alias(locale), batch)
            self.indices.send(
                {
                    "_op_type": "index",
                    "_index": self.indices.alias(document.locale),
                    "_id": document.id,
                    **to_source(document),
                }
                for document in documents
            )

    def delete(self, locale: str, ids: Sequence[str], version: int) -> None:
        """See Engine.delete."""
        with cluster_errors():
            if self.client.indices.exists_alias(name=self.indices.alias(locale)):
                self.indices.send(deletions(self.indices.alias(locale), ids))

    def rebuild(self, locale: str, documents: Iterable[IndexDocument]) -> ElasticsearchRebuild:
        """See Engine.rebuild."""
        return ElasticsearchRebuild(self.indices, locale, documents)
