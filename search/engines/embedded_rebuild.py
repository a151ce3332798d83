"""The rebuild of the embedded engine: a new index folder, filled beside the live one."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import tantivy

from search.engines.base import IndexDocument
from search.engines.embedded_indices import EmbeddedIndices
from search.engines.tantivy_index import fill, remove, tantivy_errors
from search.engines.tantivy_schema import SCHEMA, to_tantivy
from search.engines.vector_store import VectorStores

REBUILD_HEAP_BYTES = 100_000_000
REBUILD_BATCH = 500


class EmbeddedRebuild:
    """A new index folder, filled beside the live one."""

    def __init__(
        self, indices: EmbeddedIndices, locale: str, documents: Iterable[IndexDocument]
    ) -> None:
        self._indices = indices
        self._locale = locale
        with tantivy_errors():
            self._path = indices.new_folder(locale)
        try:
            with tantivy_errors():
                self._index = tantivy.Index(SCHEMA, path=str(self._path))
                self._vectors = VectorStores(self._path)
                self._fill(iter(documents))
        except BaseException:
            self.discard()
            raise

    def _fill(self, documents: Iterator[IndexDocument]) -> None:
        writer = self._index.writer(heap_size=REBUILD_HEAP_BYTES, num_threads=1)
        try:
            while batch := list(islice(documents, REBUILD_BATCH)):
                for document in batch:
                    writer.add_document(to_tantivy(document))
                if any(document.vectors for document in batch):
                    self._vectors.write(batch)
            writer.commit()
        finally:
            writer.wait_merging_threads()

    @property
    def documents(self) -> int:
        """The number of documents in the new index."""
        self._index.reload()
        return self._index.searcher().num_docs

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Rebuild.write."""
        with tantivy_errors():
            fill(self._index, documents)
            self._vectors.write(documents)

    def delete(self, ids: Sequence[str]) -> None:
        """See Rebuild.delete."""
        with tantivy_errors():
            remove(self._index, ids)
            self._vectors.delete(ids)

    def swap(self) -> None:
        """See Rebuild.swap."""
        self._indices.replace_live(self._locale, self._path)

    def discard(self) -> None:
        """See Rebuild.discard."""
        # What cannot be removed now goes with the next swap.
        shutil.rmtree(self._path, ignore_errors=True)
