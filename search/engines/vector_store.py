"""Vectors of articles on disk, for the embedded engine: a store for each space."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from search.engines.base import Hit, IndexDocument, Similarity, VectorKind
from search.engines.signatures import coverage
from search.engines.stamps import FileStamp
from search.engines.vector_rows import LoadedRows, best_passages, products
from search.engines.vector_segments import Entry, Segment, Segments


class VectorsDamaged(Exception):
    """The files of a store cannot be read, or do not fit together."""


@contextmanager
def _damage(folder: Path) -> Iterator[None]:
    """Turn whatever bad files make numpy and json raise into VectorsDamaged."""
    try:
        yield
    # EOFError: a file of no bytes. TypeError, IndexError: another kind of file.
    except (OSError, ValueError, EOFError, TypeError, IndexError) as error:
        raise VectorsDamaged(f"the vectors in {folder.name} cannot be used: {error}") from error


class VectorStores:
    """The vectors of one index: a store for each space and number of dimensions that occurred."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stores: dict[str, VectorStore] = {}

    def store(self, space: str, dimensions: int) -> "VectorStore":
        """The store of one space; empty where nothing has been written."""
        # A server that changes its model under the same name must not mix what cannot be compared.
        key = f"{space} {dimensions}"
        if key not in self._stores:
            name = f"vectors-{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}"
            self._stores.setdefault(key, VectorStore(self._folder / name))
        return self._stores[key]

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """Take the documents' vectors; those of documents without any are dropped."""
        by_folder: dict[Path, list[Entry]] = {folder: [] for folder in self._known()}
        own: dict[str, Path] = {}
        for document in documents:
            if document.vectors is not None:
                own[document.id] = self.store(
                    document.vectors.space, document.vectors.dimensions
                ).folder
                by_folder.setdefault(own[document.id], [])
        for folder, entries in by_folder.items():
            for document in documents:
                vectors = document.vectors if own.get(document.id) == folder else None
                entries.append(Entry(int(document.id), document.visibility, vectors))
            VectorStore(folder).append(entries)

    def delete(self, ids: Iterable[str]) -> None:
        """Drop the vectors of these documents."""
        gone = [Entry(int(identifier)) for identifier in ids]
        for folder in self._known():
            VectorStore(folder).append(gone)

    def problem(self) -> str:
        """What is wrong with the files, in words; empty when nothing is."""
        try:
            for folder in self._known():
                VectorStore(folder).check()
        except VectorsDamaged as error:
            return str(error)
        return ""

    def _known(self) -> set[Path]:
        return set(self._folder.glob("vectors-*"))


class VectorStore:
    """The vectors of one locale's articles in one space.

    Every method raises VectorsDamaged when files are bad.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._segments = Segments(folder)
        self._loaded: LoadedRows | None = None
        self._stamp: FileStamp | None = None
        self._loading = Lock()

    def append(self, batch: Sequence[Entry]) -> None:
        """Add, replace and delete. Of two entries for one article the later counts."""
        with _damage(self.folder):
            self._segments.append(batch)

    def nearest(
        self, vector: NDArray[np.float32], visibilities: Sequence[str], limit: int
    ) -> list[Hit]:
        """The articles whose best row is most like ``vector``; scores are cosines."""
        loaded = self._current()
        chosen = loaded.nearest_rows(vector, visibilities)
        if not len(chosen):
            return []
        of_row, cosines = loaded.article_of_row[chosen], products(loaded.rows(chosen), vector)
        # Rows come in the order of their articles: each article's are side by side.
        first = np.flatnonzero(np.diff(of_row, prepend=-1))
        articles, best = of_row[first], np.maximum.reduceat(cosines, first)
        ranked = np.argsort(-best, kind="stable")[:limit]
        ids = loaded.articles["id"][articles[ranked]]
        return [
            Hit(str(id_), cosine)
            for id_, cosine in zip(ids.tolist(), best[ranked].tolist(), strict=True)
        ]

    def similarities(
        self,
        vector: NDArray[np.float32],
        words: Sequence[Sequence[str]],
        weights: Sequence[float],
        ids: Iterable[str],
    ) -> dict[str, Similarity]:
        """How near each article is; articles without vectors are left out. ``words``: the terms
        that each of the question's words may stand as; ``weights``: how much each counts for the
        coverage."""
        loaded = self._current()
        at = loaded.positions(ids)
        if not at:
            return {}
        numbers = list(at.values())
        counts = loaded.articles["rows"][numbers]
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        rows = np.repeat(loaded.starts[numbers] - first, counts) + np.arange(counts.sum())
        stored = loaded.rows(rows)
        cosines = products(stored, vector)
        best = {
            kind: np.maximum.reduceat(np.where(stored["kind"] == kind, cosines, -1.0), first)
            for kind in VectorKind
        }
        covered = coverage(stored["signature"], words, weights)
        passages = best_passages(stored["kind"] == VectorKind.PASSAGE, cosines + covered, first)
        return {
            id_: Similarity(title, passage, share, best_passage)
            for id_, title, passage, share, best_passage in zip(
                at,
                best[VectorKind.TITLE].tolist(),
                best[VectorKind.PASSAGE].tolist(),
                np.maximum.reduceat(covered, first).tolist(),
                passages,
                strict=True,
            )
        }

    def check(self) -> None:
        """Raises VectorsDamaged where files are missing, cannot be read or do not fit together."""
        with _damage(self.folder):
            self._segments.settled(lambda names: [Segment(self.folder, name) for name in names])

    def _current(self) -> LoadedRows:
        with _damage(self.folder), self._loading:
            stamp = self._segments.stamp()
            if self._loaded is None or stamp != self._stamp:
                self._loaded = self._segments.settled(lambda names: LoadedRows(self.folder, names))
                self._stamp = stamp
            return self._loaded
