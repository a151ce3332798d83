"""Vectors of articles on disk, for the embedded engine: appended in segments, memory-mapped.

A segment is three files that never change. ``<n>.articles.npy`` lists articles with their
visibility and number of rows, ``<n>.rows.npy`` holds the rows as stored (int8 and scale), and
``<n>.codes.npy`` a sign bit for every number of a row. A later segment supersedes an earlier one's
rows of the same article; an article without rows is a deletion. ``segments`` names the live ones
and is replaced atomically, so that a writer that dies leaves files that nobody reads; the next one
removes them.

Searching is in two stages: the rows whose sign bits differ least from the question's (Hamming
distance approximates the angle: Charikar, 2002), then the exact product with the best of them.
Why so, and what else was weighed: docs/decisions/0005.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import IO, Any, TypeVar

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
from search.engines.stamps import FileStamp, file_stamp

T = TypeVar("T")

# Rows looked at exactly, of those nearest by sign bits.
CANDIDATE_ROWS = 400
# Rows copied at a time when segments are merged: about 10 MB.
ROWS_A_COPY = 16_384

_ARTICLE = np.dtype([("id", "<i8"), ("visibility", "<U16"), ("rows", "<i4")])


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


def _parts(
    rows: NDArray[np.void], kept: NDArray[np.bool_] | None = None
) -> Iterator[NDArray[np.void]]:
    """The rows, those kept, a few megabytes at a time."""
    for at in range(0, len(rows), ROWS_A_COPY):
        part = rows[at : at + ROWS_A_COPY]
        yield part if kept is None else part[kept[at : at + ROWS_A_COPY]]


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
        self._list = folder / "segments"
        self._loaded: _Loaded | None = None
        self._stamp: FileStamp | None = None
        self._loading = Lock()

    # --- writing (under the engine's lock) ----------------------------------------------------

    def append(self, batch: Sequence[Entry]) -> None:
        """Add, replace and delete. Of two entries for one article the later counts."""
        with _damage(self.folder):
            names = self._names()
            held = {pk for name in names for pk in self._articles(name)["id"].tolist()}
            latest = {entry.id: entry for entry in batch}
            # Most documents that come without vectors had none before: nothing to delete.
            entries = [e for e in latest.values() if e.vectors is not None or e.id in held]
            if not entries:
                return
            number = self._free_number()
            names.append(self._write(entries, number))
            # Merging while the last is not much smaller than the one before keeps few segments,
            # and copies every row a logarithmic number of times.
            while len(names) > 1 and self._size(names[-2]) < 2 * self._size(names[-1]):
                number += 1
                names[-2:] = [self._merge(names[-2:], number, is_first=len(names) == 2)]
            self._publish(names)

    def _free_number(self) -> int:
        # Above all files, live or left over: to write into one that a reader has mapped would
        # end its process.
        return max((int(path.name.partition(".")[0]) for path in self._files()), default=0) + 1

    def _files(self) -> list[Path]:
        return list(self.folder.glob("[0-9]*.npy"))

    def _write(self, entries: Sequence[Entry], number: int) -> str:
        articles = np.array(
            [(e.id, e.visibility, len(e.vectors.kinds) if e.vectors else 0) for e in entries],
            dtype=_ARTICLE,
        )
        given = [entry.vectors for entry in entries if entry.vectors is not None]
        rows = np.zeros(
            int(articles["rows"].sum()), dtype=_row_type(given[0].dimensions if given else 0)
        )
        if given:
            rows["kind"] = np.concatenate([vectors.kinds for vectors in given])
            rows["scale"] = np.concatenate([vectors.scales for vectors in given])
            rows["signature"] = np.concatenate([vectors.signatures for vectors in given])
            rows["values"] = np.concatenate([vectors.values for vectors in given])
        return self._save(number, articles, rows.dtype, [rows])

    def _merge(self, names: Sequence[str], number: int, *, is_first: bool) -> str:
        older, newer = (_Segment(self.folder, name) for name in names)
        kept = ~np.isin(older.articles["id"], newer.articles["id"])
        articles = np.concatenate([older.articles[kept], newer.articles])
        if is_first:  # nothing earlier is left to be superseded: deletions have done their work
            articles = articles[articles["rows"] > 0]
        row_type = newer.rows.dtype if len(newer.rows) else older.rows.dtype
        kept_rows = np.repeat(kept, older.articles["rows"])
        return self._save(
            number, articles, row_type, chain(_parts(older.rows, kept_rows), _parts(newer.rows))
        )

    def _save(
        self,
        number: int,
        articles: NDArray[np.void],
        row_type: np.dtype[np.void],
        parts: Iterable[NDArray[np.void]],
    ) -> str:
        """Write a segment, part by part: it may be larger than the memory."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{number:08d}"
        count = int(articles["rows"].sum())
        words = -(-row_type["values"].shape[0] // 64)
        with self._array(f"{name}.articles.npy", articles.dtype, articles.shape) as file:
            articles.tofile(file)
        with (
            self._array(f"{name}.rows.npy", row_type, (count,)) as rows,
            self._array(f"{name}.codes.npy", np.dtype(np.uint64), (count, words)) as codes,
        ):
            for part in parts:
                if len(part):  # one of no rows may be of no dimensions
                    part.tofile(rows)
                    sign_bits(part["values"]).tofile(codes)
        return name

    @contextmanager
    def _array(self, name: str, kind: np.dtype[Any], shape: tuple[int, ...]) -> Iterator[IO[bytes]]:
        """A new file in numpy's format, to be filled; on the disk for good afterwards."""
        descr = np.lib.format.dtype_to_descr(kind)
        with (self.folder / name).open("wb") as file:
            np.lib.format.write_array_header_1_0(
                file, {"descr": descr, "fortran_order": False, "shape": shape}
            )
            yield file
            file.flush()
            os.fsync(file.fileno())

    def _publish(self, names: Sequence[str]) -> None:
        temporary = self.folder / f"segments.{os.getpid()}"
        with temporary.open("w", encoding="ascii") as file:
            json.dump(list(names), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._list)
        # A reader that holds the old ones keeps its mappings; one about to open them tries again.
        for path in [*self._files(), *self.folder.glob("segments.*")]:
            if path.name.partition(".")[0] not in names:
                path.unlink(missing_ok=True)

    def _names(self) -> list[str]:
        try:
            names = json.loads(self._list.read_text(encoding="ascii"))
        except FileNotFoundError:
            return []
        if not isinstance(names, list) or not all(str(name).isdecimal() for name in names):
            raise ValueError("the list of segments is none")
        return names

    def _articles(self, name: str) -> NDArray[np.void]:
        articles: NDArray[np.void] = np.load(self.folder / f"{name}.articles.npy")
        return articles

    def _size(self, name: str) -> int:
        return (self.folder / f"{name}.rows.npy").stat().st_size

    # --- reading ------------------------------------------------------------------------------

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
        rows = np.concatenate([np.arange(loaded.starts[n], loaded.starts[n + 1]) for n in numbers])
        stored = loaded.rows(rows)
        cosines = products(stored, vector)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        best = {
            kind: np.maximum.reduceat(np.where(stored["kind"] == kind, cosines, -1.0), first)
            for kind in VectorKind
        }
        covered = coverage(stored["signature"], words, weights)
        passages = _best_passages(stored["kind"] == VectorKind.PASSAGE, cosines + covered, first)
        return {
            id_: Similarity(float(title), float(passage), float(share), best_passage)
            for id_, title, passage, share, best_passage in zip(
                at,
                best[VectorKind.TITLE],
                best[VectorKind.PASSAGE],
                np.maximum.reduceat(covered, first),
                passages,
                strict=True,
            )
        }

    def check(self) -> None:
        """Raises VectorsDamaged where files are missing, cannot be read or do not fit together."""
        with _damage(self.folder):
            self._settled(lambda names: [_Segment(self.folder, name) for name in names])

    def _current(self) -> "_Loaded":
        with _damage(self.folder), self._loading:
            stamp = self._live_stamp()
            if self._loaded is None or stamp != self._stamp:
                self._loaded = self._settled(lambda names: _Loaded(self.folder, names))
                self._stamp = stamp
            return self._loaded

    def _live_stamp(self) -> FileStamp | None:
        try:
            return file_stamp(self._list)
        except FileNotFoundError:  # nothing has been written
            return None

    def _settled(self, read: Callable[[list[str]], T]) -> T:
        """What ``read`` makes of the live segments, anew where a merge took them away meanwhile."""
        names = self._names()
        while True:
            try:
                return read(names)
            except FileNotFoundError:
                newer = self._names()
                if newer == names:
                    raise
                names = newer


class _Segment:
    """The three arrays of one segment, memory-mapped. Raises ValueError if they do not fit."""

    def __init__(self, folder: Path, name: str) -> None:
        self.articles = np.load(folder / f"{name}.articles.npy")
        self.rows = _mapped(folder / f"{name}.rows.npy")
        self.codes = _mapped(folder / f"{name}.codes.npy")
        if not self.articles["rows"].sum() == len(self.rows) == len(self.codes):
            raise ValueError(f"segment {name} is not whole")


def _mapped(path: Path) -> NDArray[Any]:
    try:
        # As a plain array: what numpy adds to a mapped one costs as much as reading a row.
        return np.load(path, mmap_mode="r").view(np.ndarray)
    except ValueError:  # nothing to map: a segment of deletions
        return np.load(path)


class _Loaded:
    """The live rows of all segments, as one."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.names = list(names)
        self._rows: list[NDArray[Any]] = []
        superseded = np.zeros(0, np.int64)
        parts = []
        for name in reversed(names):
            segment = _Segment(folder, name)
            ids, counts = segment.articles["id"], segment.articles["rows"]
            live = ~np.isin(ids, superseded) & (counts > 0)
            superseded = np.concatenate([superseded, ids])
            mask = np.repeat(live, counts)
            parts.append((segment.articles[live], segment.codes[mask], np.flatnonzero(mask)))
            self._rows.append(segment.rows)
        width = max((part[1].shape[1] for part in parts if len(part[1])), default=0)
        filled = [part for part in parts if len(part[0])]
        self.articles = np.concatenate([np.zeros(0, _ARTICLE), *(p[0] for p in filled)])
        codes = np.concatenate([np.zeros((0, width), np.uint64), *(p[1] for p in filled)])
        # A row for each word: added up along the memory, all rows at once.
        self._codes = np.ascontiguousarray(codes.T)
        self._place = np.concatenate([np.zeros(0, np.int64), *(p[2] for p in parts)])
        self._segment = np.repeat(np.arange(len(parts)), [len(p[2]) for p in parts])
        self.starts = np.concatenate([[0], np.cumsum(self.articles["rows"])])
        self.article_of_row = np.repeat(np.arange(len(self.articles)), self.articles["rows"])
        self._by_id = np.argsort(self.articles["id"])
        visibilities = self.articles["visibility"].tolist()
        self._visibilities = sorted(set(visibilities))
        numbers = {name: number for number, name in enumerate(self._visibilities)}
        of_article = np.fromiter(
            map(numbers.__getitem__, visibilities), np.uint8, len(visibilities)
        )
        self._visibility = of_article[self.article_of_row]

    def positions(self, ids: Iterable[str]) -> dict[str, int]:
        """The place of each article that has vectors."""
        wanted = list(dict.fromkeys(ids))
        numbers = np.array([int(id_) for id_ in wanted], np.int64)
        stored = self.articles["id"]
        place = np.searchsorted(stored, numbers, sorter=self._by_id)
        at = self._by_id[np.minimum(place, len(stored) - 1)] if len(stored) else place
        return {
            id_: position
            for id_, number, position in zip(wanted, numbers.tolist(), at.tolist(), strict=True)
            if len(stored) and stored[position] == number
        }

    def nearest_rows(
        self, vector: NDArray[np.float32], visibilities: Sequence[str]
    ) -> NDArray[np.int64]:
        """The rows that may be read and whose sign bits are most like the vector's."""
        code = sign_bits(vector)
        if len(self._codes) != len(code):
            return np.zeros(0, dtype=np.int64)
        farthest = 64 * len(code)
        distance = _differing_bits(self._codes, code)
        readable = np.array([name in visibilities for name in self._visibilities], dtype=bool)
        if not readable.all():
            distance[~readable[self._visibility]] = farthest + 1
        # As far as the candidates reach, ties included: counting is faster than sorting.
        within = np.bincount(distance, minlength=farthest + 2)[: farthest + 1].cumsum()
        reach = min(int(np.searchsorted(within, CANDIDATE_ROWS)), farthest)
        return np.flatnonzero(distance <= reach)

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


def _best_passages(
    is_passage: NDArray[np.bool_], fitting: NDArray[np.float32], first: NDArray[np.int64]
) -> list[int | None]:
    """Of each article, whose rows begin at ``first``, the number of its passage that fits best."""
    fitting = np.where(is_passage, fitting, -np.inf)
    best = np.maximum.reduceat(fitting, first)
    counts = np.diff(np.append(first, len(fitting)))
    rows = np.flatnonzero(fitting == np.repeat(best, counts))
    rows = rows[np.searchsorted(rows, first)]  # the first of equally good ones
    passages = np.cumsum(is_passage)
    numbers = passages[rows] - passages[first] + is_passage[first] - 1
    return [
        int(number) if fits else None
        for number, fits in zip(numbers, np.isfinite(best), strict=True)
    ]


def _differing_bits(codes: NDArray[np.uint64], code: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """How many bits of each column of ``codes`` differ from ``code``: (rows,)."""
    distance = np.zeros(codes.shape[1], dtype=np.uint16)
    # One buffer of each kind: allocating new ones for every word costs as much as counting.
    differing = np.empty(codes.shape[1], dtype=np.uint64)
    count = np.empty(codes.shape[1], dtype=np.uint8)
    for words, word in zip(codes, code, strict=True):
        np.bitwise_xor(words, word, out=differing)
        np.bitwise_count(differing, out=count)
        distance += count
    return distance


def products(rows: NDArray[Any], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row with the vector."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    cosines: NDArray[np.float32] = (rows["values"].astype(np.float32) @ vector) * rows["scale"]
    return cosines
