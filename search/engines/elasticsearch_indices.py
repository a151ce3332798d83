"""The cluster's article indices: their names and aliases, making, filling and replacing them.

``{prefix}articles-{locale}-{analysis version}-{timestamp}`` stands behind the alias
``{prefix}articles-{locale}``.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError, bulk

from search.analysis import ANALYSIS_VERSION
from search.engines import elasticsearch_vectors as vectors
from search.engines.base import DocumentRejected, IndexDocument
from search.engines.elasticsearch_mapping import (
    ADDED_LATER,
    FILLING_SETTINGS,
    LIVE_SETTINGS,
    MAPPINGS,
    NUMBER,
    SETTINGS,
)

BULK_TIMEOUT_SECONDS = 60
BULK_DOCUMENTS = 200


class ElasticsearchIndices:
    """The article indices of one prefix."""

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self.client = client
        self.bulk_client = client.options(request_timeout=BULK_TIMEOUT_SECONDS)
        self.prefix = prefix

    def alias(self, locale: str) -> str:
        """The name searches and writes go to."""
        return f"{self.prefix}articles-{locale}"

    def live_names(self) -> dict[str, str]:
        """Locale → the name of the index behind its alias."""
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

    def counts(self, names: Mapping[str, str]) -> dict[str, int]:
        """Locale → articles. Not the statistics' number: that counts every vector as well."""
        body = {"size": 0, "track_total_hits": True}
        parts = [part for name in names.values() for part in ({"index": name}, body)]
        answers = self.client.msearch(searches=parts).body["responses"] if parts else []
        return {
            # An error: created or gone a moment ago, or none of its shards is assigned.
            locale: answer["hits"]["total"]["value"] if answer["status"] == 200 else 0
            for locale, answer in zip(names, answers, strict=True)
        }

    def version_of(self, locale: str, name: str) -> str:
        """The analysis version in the name of an index."""
        return name.removeprefix(f"{self.alias(locale)}-").rpartition("-")[0]

    def send(self, actions: Iterable[dict[str, Any]], refresh: str = "true") -> None:
        """Send actions on aliases. Raises DocumentRejected, BulkIndexError for all other faults."""
        _, errors = bulk(
            self.bulk_client,
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
        held |= {f"facet_{facet}" for d in documents for facet in d.facets}
        held |= {NUMBER} | {"verified_on" for d in documents if d.verified_on}
        fields |= {name: field for name, field in ADDED_LATER.items() if name in held}
        if fields:
            self.bulk_client.indices.put_mapping(index=index, properties=fields)

    def ensure_alias(self, locale: str) -> None:
        """Make an empty live index where a locale has none."""
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
        self.bulk_client.indices.create(
            index=name, settings={**SETTINGS, **options}, mappings=MAPPINGS, aliases={alias: {}}
        )

    def go_live(self, locale: str, name: str) -> None:
        """Make a filled index the live one and drop those it supersedes, in one atomic step."""
        self.bulk_client.indices.put_settings(index=name, settings=LIVE_SETTINGS)
        self.bulk_client.indices.update_aliases(
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
        indices = self.bulk_client.indices.get(index=f"{alias}-*").body
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

    def drop_all(self) -> None:
        """Delete every article index of this prefix."""
        names = list(self.bulk_client.indices.get(index=f"{self.prefix}articles-*").body)
        if names:
            self.bulk_client.indices.delete(index=names)


def filling_alias(name: str) -> str:
    """The name by which an index is written to until it is live."""
    return f"{name}-filling"


def _created_at(name: str) -> int:
    return int(name.rpartition("-")[2])


def deletions(index: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The actions that delete these documents from an index."""
    return ({"_op_type": "delete", "_index": index, "_id": identifier} for identifier in ids)
