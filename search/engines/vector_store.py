"""Vectors of articles on disk, for the embedded engine: appended in segments, memory-mapped.

A segment is three files that never change. ``<n>.articles.npy`` lists articles with their
visibility and number of rows, ``<n>.rows.npy`` holds the rows as stored (int8 and scale), and
``<n>.codes.npy`` a sign bit for every number of a row. A later segment supersedes an earlier one's
rows of the same article; an article without rows is a deletion. ``segments`` names the live ones
and is replaced atomically.

Searching is in two stages: the rows whose sign bits differ least from the question's (Hamming
distance approximates the angle: Charikar, 2002), then the exact product with the best of them.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.engines.base import (
    ArticleVectors,
    Hit,
    IndexDocument,
    Similarity,
    VectorKind,
)
from search.engines.signatures import WORDS, coverage

# Rows looked at exactly, of those nearest by sign bits.
CANDIDATE_ROWS = 400

_ARTICLE = np.dtype([("id", "<i8"), ("visibility", "<U16"), ("rows", "<i4")])


@dataclass(frozen=True, slots=True)
class Entry:
    """What a segment takes of one document. ``vectors``: None deletes."""

    id: int
    visibility: str = ""
    vectors: ArticleVectors | None = None


def _row_type(dimensions: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("kind", "u1"),
            ("scale", "<f4"),
            ("signature", "<u8", (WORDS,)),
            ("values", "i1", (dimensions,)),
        ]
    )


def sign_bits(values: NDArray[Any]) -> NDArray[np.uint64]:
    """One bit for every number of each row, in words of 64: set where it is positive."""
    bits = np.packbits(values > 0, axis=-1)
    padded = np.zeros((*bits.shape[:-1], -(-bits.shape[-1] // 8) * 8), dtype=np.uint8)
    padded[..., : bits.shape[-1]] = bits
    return padded.view(np.uint64)


class VectorStores:
    """The vectors of one index: a store for each space that has occurred."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stores: dict[str, VectorStore] = {}

    def store(self, space: str) -> "VectorStore":
        """The store of one space; empty where nothing has been written."""
        if space not in self._stores:
            name = hashlib.blake2b(space.encode(), digest_size=8).hexdigest()
            self._stores[space] = VectorStore(self._folder / f"vectors-{name}")
        return self._stores[space]

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """Take the documents' vectors; those of documents without any are dropped."""
        spaces = {document.vectors.space for document in documents if document.vectors}
        folders = {self.store(space).folder for space in spaces} | self._known()
        for folder in folders:
            VectorStore(folder).append([self._entry(document, folder) for document in documents])

    def _entry(self, document: IndexDocument, folder: Path) -> Entry:
        vectors = document.vectors
        if vectors is not None and self.store(vectors.space).folder != folder:
            vectors = None
        return Entry(int(document.id), document.visibility, vectors)

    def delete(self, ids: Iterable[str]) -> None:
        """Drop the vectors of these documents."""
        gone = [Entry(int(identifier)) for identifier in ids]
        for folder in self._known():
            VectorStore(folder).append(gone)

    def _known(self) -> set[Path]:
        return set(self._folder.glob("vectors-*"))


class VectorStore:
    """The vectors of one locale's articles in one space."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loaded: _Loaded | None = None

    # --- writing (under the engine's lock) ----------------------------------------------------

    def append(self, batch: Sequence[Entry]) -> None:
        """Add, replace and delete. Of two entries for one article the later counts."""
        latest = {entry.id: entry for entry in batch}
        names = self._names()
        names.append(self._write(latest.values(), max(map(int, names), default=0) + 1))
        # Merging while the last is not much smaller than the one before keeps few segments, and
        # copies every row a logarithmic number of times.
        while len(names) > 1 and self._size(names[-2]) < 2 * self._size(names[-1]):
            names[-2:] = [self._merge(names[-2:], int(names[-1]) + 1, is_first=len(names) == 2)]
        self._publish(names)

    def _write(self, entries: Iterable[Entry], number: int) -> str:
        known = list(entries)
        articles = np.array(
            [(e.id, e.visibility, len(e.vectors.kinds) if e.vectors else 0) for e in known],
            dtype=_ARTICLE,
        )
        given = [entry.vectors for entry in known if entry.vectors is not None]
        dimensions = given[0].values.shape[1] if given else 0
        rows = np.zeros(int(articles["rows"].sum()), dtype=_row_type(dimensions))
        if given:
            rows["kind"] = np.concatenate([vectors.kinds for vectors in given])
            rows["scale"] = np.concatenate([vectors.scales for vectors in given])
            rows["signature"] = np.concatenate([vectors.signatures for vectors in given])
            rows["values"] = np.concatenate([vectors.values for vectors in given])
        return self._save(number, articles, [rows])

    def _merge(self, names: Sequence[str], number: int, *, is_first: bool) -> str:
        older, newer = (_Segment(self.folder, name) for name in names)
        kept = ~np.isin(older.articles["id"], newer.articles["id"])
        articles = np.concatenate([older.articles[kept], newer.articles])
        parts = [older.rows[np.repeat(kept, older.articles["rows"])], newer.rows]
        if is_first:  # nothing earlier is left to be superseded: deletions have done their work
            articles = articles[articles["rows"] > 0]
        return self._save(number, articles, [part for part in parts if len(part)])

    def _save(
        self, number: int, articles: NDArray[np.void], parts: Sequence[NDArray[np.void]]
    ) -> str:
        rows = np.concatenate(parts) if parts else np.zeros(0, dtype=_row_type(0))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{number:08d}"
        np.save(self.folder / f"{name}.articles.npy", articles)
        np.save(self.folder / f"{name}.rows.npy", rows)
        np.save(self.folder / f"{name}.codes.npy", sign_bits(rows["values"]))
        return name

    def _publish(self, names: Sequence[str]) -> None:
        before = self._names()
        temporary = self.folder / f"segments.{os.getpid()}"
        temporary.write_text(json.dumps(list(names)), encoding="ascii")
        temporary.replace(self.folder / "segments")
        # A reader that holds the old ones keeps its mappings; one about to open them tries again.
        for name in set(before) - set(names):
            for path in self.folder.glob(f"{name}.*.npy"):
                path.unlink(missing_ok=True)

    def _names(self) -> list[str]:
        try:
            return list(json.loads((self.folder / "segments").read_text(encoding="ascii")))
        except FileNotFoundError:
            return []

    def _size(self, name: str) -> int:
        return (self.folder / f"{name}.rows.npy").stat().st_size

    # --- reading ------------------------------------------------------------------------------

    def nearest(
        self, vector: NDArray[np.float32], visibilities: Sequence[str], limit: int
    ) -> list[Hit]:
        """The articles whose best row is most like ``vector``; scores are cosines."""
        loaded = self._current()
        chosen = loaded.nearest_rows(vector, visibilities)
        best: dict[int, float] = {}
        for article, cosine in zip(
            loaded.article_of_row[chosen].tolist(),
            products(loaded.rows(chosen), vector).tolist(),
            strict=True,
        ):
            best[article] = max(cosine, best.get(article, -1.0))
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [Hit(str(loaded.articles[at]["id"]), cosine) for at, cosine in ranked]

    def similarities(
        self,
        vector: NDArray[np.float32],
        terms: Sequence[str],
        weights: Sequence[float],
        ids: Iterable[str],
    ) -> dict[str, Similarity]:
        """How near each article is; articles without vectors are left out. ``weights``: how much
        each of the terms counts for the coverage."""
        loaded = self._current()
        at = {id_: loaded.position[int(id_)] for id_ in ids if int(id_) in loaded.position}
        if not at:
            return {}
        numbers = list(at.values())
        counts = loaded.articles["rows"][numbers]
        rows = np.concatenate([np.arange(loaded.starts[n], loaded.starts[n + 1]) for n in numbers])
        stored = loaded.rows(rows)
        cosines = products(stored, vector)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        best = {
            kind: np.maximum.reduceat(np.where(stored["kind"] == kind, cosines, -1.0), first)
            for kind in VectorKind
        }
        covered = np.maximum.reduceat(coverage(stored["signature"], terms, weights), first)
        return {
            id_: Similarity(float(title), float(passage), float(share))
            for id_, title, passage, share in zip(
                at, best[VectorKind.TITLE], best[VectorKind.PASSAGE], covered, strict=True
            )
        }

    def count(self) -> int:
        """The number of articles that have vectors."""
        return len(self._current().articles)

    def _current(self) -> "_Loaded":
        names = self._names()
        while self._loaded is None or self._loaded.names != names:
            try:
                self._loaded = _Loaded(self.folder, names)
            except FileNotFoundError:
                newer = self._names()
                if newer == names:
                    raise
                names = newer
        return self._loaded


class _Segment:
    """The three arrays of one segment, memory-mapped."""

    def __init__(self, folder: Path, name: str) -> None:
        self.articles = np.load(folder / f"{name}.articles.npy")
        self.rows = _mapped(folder / f"{name}.rows.npy")
        self.codes = _mapped(folder / f"{name}.codes.npy")


def _mapped(path: Path) -> NDArray[Any]:
    try:
        return np.load(path, mmap_mode="r")
    except ValueError:  # nothing to map: a segment of deletions
        return np.load(path)


class _Loaded:
    """The live rows of all segments, as one."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.names = list(names)
        self._rows: list[NDArray[Any]] = []
        superseded: set[int] = set()
        parts = []
        for name in reversed(names):
            segment = _Segment(folder, name)
            ids = segment.articles["id"]
            live = np.fromiter((pk not in superseded for pk in ids.tolist()), bool, len(ids))
            superseded.update(ids.tolist())
            live &= segment.articles["rows"] > 0
            mask = np.repeat(live, segment.articles["rows"])
            parts.append((segment.articles[live], segment.codes[mask], np.flatnonzero(mask)))
            self._rows.append(segment.rows)
        width = max((codes.shape[1] for _, codes, _ in parts if len(codes)), default=1)
        filled = [part for part in parts if len(part[0])]
        self.articles = np.concatenate([np.zeros(0, _ARTICLE), *(p[0] for p in filled)])
        self.codes = np.concatenate([np.zeros((0, width), np.uint64), *(p[1] for p in filled)])
        self._place = np.concatenate([np.zeros(0, np.int64), *(p[2] for p in parts)])
        self._segment = np.repeat(np.arange(len(parts)), [len(p[2]) for p in parts])
        self.starts = np.concatenate([[0], np.cumsum(self.articles["rows"])])
        self.article_of_row = np.repeat(np.arange(len(self.articles)), self.articles["rows"])
        self.position = {int(pk): at for at, pk in enumerate(self.articles["id"])}
        self._visibilities, codes = np.unique(self.articles["visibility"], return_inverse=True)
        self._visibility = codes.astype(np.uint8)[self.article_of_row]

    def nearest_rows(
        self, vector: NDArray[np.float32], visibilities: Sequence[str]
    ) -> NDArray[np.int64]:
        """The rows that may be read and whose sign bits are most like the vector's."""
        code = sign_bits(vector)
        if not len(self.codes) or self.codes.shape[1] != len(code):
            return np.zeros(0, dtype=np.int64)
        distance = np.bitwise_count(self.codes ^ code).sum(axis=1, dtype=np.int32)
        open_rows = np.isin(self._visibilities, list(visibilities))[self._visibility]
        if not open_rows.all():
            distance[~open_rows] = np.iinfo(np.int32).max
        if len(distance) > CANDIDATE_ROWS:
            chosen = np.argpartition(distance, CANDIDATE_ROWS)[:CANDIDATE_ROWS]
        else:
            chosen = np.arange(len(distance))
        return chosen[open_rows[chosen]]

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """The rows of these numbers, read from their segments."""
        found: NDArray[Any] | None = None
        for segment, stored in enumerate(self._rows):
            here = self._segment[numbers] == segment
            if here.any():
                if found is None:
                    found = np.zeros(len(numbers), dtype=stored.dtype)
                found[here] = stored[self._place[numbers[here]]]
        return np.zeros(0, dtype=_row_type(0)) if found is None else found


def products(rows: NDArray[Any], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row with the vector."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    cosines: NDArray[np.float32] = (rows["values"].astype(np.float32) @ vector) * rows["scale"]
    return cosines
