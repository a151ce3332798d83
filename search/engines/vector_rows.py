"""The live rows of a vector store in memory, and how they are compared with a question's vector.

Searching is in stages: the rows whose sign bits differ least from the question's (Hamming distance
approximates the angle: Charikar, 2002), by a part of the bits first, then the exact product with
the best of them. Why so, and what else was weighed: docs/decisions/0005.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.engines.vector_segments import ARTICLE, Segment, row_dtype, sign_bits

# Rows looked at exactly, of those nearest by sign bits.
CANDIDATE_ROWS = 400
# Words of 64 bits that are compared of every row, and about how many of the nearest by these are
# compared by all bits.
FIRST_WORDS = 3
FIRST_ROWS = 8_000
# Every so manieth row tells how far away the nearest ones are.
SAMPLED = 64
# Whose differing bits are counted at once: 256 KB of them.
ROWS_AT_A_TIME = 32_768
_NEVER = np.iinfo(np.uint16).max  # more bits than a row has


class LoadedRows:
    """The live rows of all segments, as one."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._rows: list[NDArray[Any]] = []
        superseded = np.zeros(0, np.int64)
        parts = []
        for name in reversed(names):
            segment = Segment(folder, name)
            ids, counts = segment.articles["id"], segment.articles["rows"]
            live = ~np.isin(ids, superseded) & (counts > 0)
            superseded = np.concatenate([superseded, ids])
            mask = np.repeat(live, counts)
            parts.append((segment.articles[live], segment.codes[mask], np.flatnonzero(mask)))
            self._rows.append(segment.rows)
        width = max((part[1].shape[1] for part in parts if len(part[1])), default=0)
        filled = [part for part in parts if len(part[0])]
        self.articles = np.concatenate([np.zeros(0, ARTICLE), *(p[0] for p in filled)])
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
        hidden = self._hidden(visibilities)
        if self._codes.shape[1] > 2 * FIRST_ROWS:
            distance = _differing_bits(self._codes[:FIRST_WORDS], code[:FIRST_WORDS])
            rows = _about_the_lowest(distance, FIRST_ROWS, hidden)
            rest = slice(FIRST_WORDS, None)
            distance = distance[rows] + _differing_bits(self._codes[rest, rows], code[rest])
        else:
            distance = _differing_bits(self._codes, code)
            rows = np.arange(len(distance)) if hidden is None else np.flatnonzero(~hidden)
            distance = distance[rows]
        # As far as the candidates reach, ties included: counting is faster than sorting.
        within = np.bincount(distance, minlength=64 * len(code) + 1).cumsum()
        return rows[distance <= np.searchsorted(within, CANDIDATE_ROWS)]

    def _hidden(self, visibilities: Sequence[str]) -> NDArray[np.bool_] | None:
        """Which rows may not be read; None where all may."""
        hidden = np.array([name not in visibilities for name in self._visibilities], dtype=bool)
        return hidden[self._visibility] if hidden.any() else None

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """The rows of these numbers, read from their segments."""
        found: NDArray[Any] | None = None
        for segment, stored in enumerate(self._rows):
            here = self._segment[numbers] == segment
            if here.any():
                if found is None:
                    found = np.zeros(len(numbers), dtype=stored.dtype)
                found[here] = stored[self._place[numbers[here]]]
        return np.zeros(0, dtype=row_dtype(0)) if found is None else found


def _about_the_lowest(
    distance: NDArray[np.uint16], count: int, hidden: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """The rows of about so many lowest distances, by a sample of them; none that is hidden, whose
    distances are overwritten."""
    if hidden is not None:
        distance[hidden] = _NEVER
    reach = np.sort(distance[::SAMPLED])[count // SAMPLED]
    return np.flatnonzero(distance <= min(reach, _NEVER - 1))


def best_passages(
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
        number if fits else None
        for number, fits in zip(numbers.tolist(), np.isfinite(best).tolist(), strict=True)
    ]


def _differing_bits(codes: NDArray[np.uint64], code: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """How many bits of each column of ``codes`` differ from ``code``: (rows,)."""
    rows = codes.shape[1]
    distance = np.zeros(rows, dtype=np.uint16)
    # One buffer of each kind, small enough for the processor's cache: new ones for every word, or
    # of all rows, cost as much as counting.
    differing = np.empty(min(rows, ROWS_AT_A_TIME), dtype=np.uint64)
    count = np.empty(len(differing), dtype=np.uint8)
    for at in range(0, rows, ROWS_AT_A_TIME):
        part = distance[at : at + ROWS_AT_A_TIME]
        bits, number = differing[: len(part)], count[: len(part)]
        for words, word in zip(codes, code, strict=True):
            np.bitwise_xor(words[at : at + ROWS_AT_A_TIME], word, out=bits)
            np.bitwise_count(bits, out=number)
            part += number
    return distance


def products(rows: NDArray[Any], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row with the vector."""
    if not len(rows):
        return np.zeros(0, dtype=np.float32)
    cosines: NDArray[np.float32] = (rows["values"].astype(np.float32) @ vector) * rows["scale"]
    return cosines
