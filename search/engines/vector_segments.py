"""The files of a vector store: segments that never change, appended, merged, and listed.

A segment is three files. ``<n>.articles.npy`` lists articles with their visibility and number of
rows, ``<n>.rows.npy`` holds the rows as stored (int8 and scale), and ``<n>.codes.npy`` a sign bit
for every number of a row. A later segment supersedes an earlier one's rows of the same article; an
article without rows is a deletion. ``segments`` names the live ones and is replaced atomically, so
that a writer that dies leaves files that nobody reads; the next one removes them.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from search.engines.base import ArticleVectors
from search.engines.signatures import WORDS
from search.engines.stamps import FileStamp, file_stamp

T = TypeVar("T")

# Rows copied at a time when segments are merged: about 10 MB.
ROWS_A_COPY = 16_384

# What a segment lists of each article.
ARTICLE = np.dtype([("id", "<i8"), ("visibility", "<U16"), ("rows", "<i4")])


@dataclass(frozen=True, slots=True)
class Entry:
    """What a segment takes of one document. ``vectors``: None deletes."""

    id: int
    visibility: str = ""
    vectors: ArticleVectors | None = None


def row_dtype(dimensions: int) -> np.dtype[np.void]:
    """What a segment holds of each row."""
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


class Segments:
    """The segments in one folder. Written under the engine's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._list = folder / "segments"

    def append(self, batch: Sequence[Entry]) -> None:
        """Add, replace and delete. Of two entries for one article the later counts."""
        names = self.names()
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
        return list(self._folder.glob("[0-9]*.npy"))

    def _write(self, entries: Sequence[Entry], number: int) -> str:
        articles = np.array(
            [(e.id, e.visibility, len(e.vectors.kinds) if e.vectors else 0) for e in entries],
            dtype=ARTICLE,
        )
        given = [entry.vectors for entry in entries if entry.vectors is not None]
        rows = np.zeros(
            int(articles["rows"].sum()), dtype=row_dtype(given[0].dimensions if given else 0)
        )
        if given:
            rows["kind"] = np.concatenate([vectors.kinds for vectors in given])
            rows["scale"] = np.concatenate([vectors.scales for vectors in given])
            rows["signature"] = np.concatenate([vectors.signatures for vectors in given])
            rows["values"] = np.concatenate([vectors.values for vectors in given])
        return self._save(number, articles, rows.dtype, [rows])

    def _merge(self, names: Sequence[str], number: int, *, is_first: bool) -> str:
        older, newer = (Segment(self._folder, name) for name in names)
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
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        with (self._folder / name).open("wb") as file:
            np.lib.format.write_array_header_1_0(
                file, {"descr": descr, "fortran_order": False, "shape": shape}
            )
            yield file
            file.flush()
            os.fsync(file.fileno())

    def _publish(self, names: Sequence[str]) -> None:
        temporary = self._folder / f"segments.{os.getpid()}"
        with temporary.open("w", encoding="ascii") as file:
            json.dump(list(names), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._list)
        # A reader that holds the old ones keeps its mappings; one about to open them tries again.
        for path in [*self._files(), *self._folder.glob("segments.*")]:
            if path.name.partition(".")[0] not in names:
                path.unlink(missing_ok=True)

    def names(self) -> list[str]:
        """The live segments, in the order in which they were written."""
        try:
            names = json.loads(self._list.read_text(encoding="ascii"))
        except FileNotFoundError:
            return []
        if not isinstance(names, list) or not all(str(name).isdecimal() for name in names):
            raise ValueError("the list of segments is none")
        return names

    def _articles(self, name: str) -> NDArray[np.void]:
        articles: NDArray[np.void] = np.load(self._folder / f"{name}.articles.npy")
        return articles

    def _size(self, name: str) -> int:
        return (self._folder / f"{name}.rows.npy").stat().st_size

    def stamp(self) -> FileStamp | None:
        """What differs once other segments are live."""
        try:
            return file_stamp(self._list)
        except FileNotFoundError:  # nothing has been written
            return None

    def settled(self, read: Callable[[list[str]], T]) -> T:
        """What ``read`` makes of the live segments, anew where a merge took them away meanwhile."""
        names = self.names()
        while True:
            try:
                return read(names)
            except FileNotFoundError:
                newer = self.names()
                if newer == names:
                    raise
                names = newer


class Segment:
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
