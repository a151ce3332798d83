"""The rebuild in the cluster: a new index, filled beside the one behind the alias."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from search.engines.base import EngineUnavailable, IndexDocument
from search.engines.elasticsearch_client import cluster_errors
from search.engines.elasticsearch_indices import (
    BULK_DOCUMENTS,
    ElasticsearchIndices,
    deletions,
    filling_alias,
)
from search.engines.elasticsearch_mapping import to_source

logger = logging.getLogger(__name__)


class ElasticsearchRebuild:
    """A new index, filled beside the one behind the alias."""

    def __init__(
        self, indices: ElasticsearchIndices, locale: str, documents: Iterable[IndexDocument]
    ) -> None:
        self._indices = indices
        self._locale = locale
        self._name = indices.new_name(locale)
        try:
            with cluster_errors():
                indices.create_filling(self._name)
                documents = iter(documents)
                while batch := list(islice(documents, BULK_DOCUMENTS)):
                    indices.map_fields(self._name, batch)
                    indices.send(self._actions(batch), refresh="false")
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
        self._indices.bulk_client.indices.refresh(index=self._name)

    @property
    def documents(self) -> int:
        """The number of documents in the new index."""
        with cluster_errors():
            self._refresh()
            return int(self._indices.bulk_client.count(index=self._name)["count"])

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Rebuild.write."""
        with cluster_errors():
            self._indices.map_fields(self._name, documents)
            self._indices.send(self._actions(documents))

    def delete(self, ids: Sequence[str]) -> None:
        """See Rebuild.delete."""
        with cluster_errors():
            self._indices.send(deletions(filling_alias(self._name), ids))

    def swap(self) -> None:
        """See Rebuild.swap."""
        with cluster_errors():
            self._indices.go_live(self._locale, self._name)

    def discard(self) -> None:
        """See Rebuild.discard. Not what a swap made live whose answer got lost on the way."""
        alias = self._indices.alias(self._locale)
        with cluster_errors():
            indices = self._indices.bulk_client.indices
            if not indices.exists_alias(index=self._name, name=alias):
                indices.delete(index=self._name, ignore_unavailable=True)

    def _try_to_discard(self) -> None:
        try:
            self.discard()
        except EngineUnavailable as error:
            logger.warning("%s stays until the next swap: %s", self._name, error)
