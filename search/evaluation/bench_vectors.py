"""Vectors for the bench's site: real ones for some articles, recombined ones for the rest.

Making them all takes about 12 ms a passage, a quarter of an hour for 10,000 articles. Speed and
memory depend on how many there are and how they lie, not on what they mean.
"""

import time
from collections.abc import Sequence

import numpy as np

from search import embedding
from search.embedding.base import Embedder, Vectors, normalised
from search.embedding.guarded import GuardedEmbedder
from search.embedding.passages import VERSION
from search.indexing.embedding_job import embed_waiting, waiting_counts
from search.indexing.models import StoredVectors
from search.indexing.vectors import unpacked

EMBEDDED_SECONDS = 60.0
_SEED = 1


class Recombined:
    """An embedder that answers with mixtures of vectors there are: two, the second half as
    strong. What they lie near is as crowded as among real ones."""

    def __init__(self, space: str, real: Vectors) -> None:
        self.space = space
        self._real = real
        self._chance = np.random.default_rng(_SEED)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. What the texts say does not matter."""
        first, second = self._chance.integers(len(self._real), size=(2, len(texts)))
        return normalised(self._real[first] + 0.5 * self._real[second])

    def prepare(self) -> None:
        """See Embedder."""


def fill_vectors() -> dict[str, float]:
    """Vectors of every article of the site; none where the embedder is off.

    Returns ``passages_per_s``, how many the embedder made a second, and ``recombined``, the share
    of articles whose vectors are mixtures.
    """
    embedder = embedding.current()
    if embedder is None:
        return {}
    start = time.perf_counter()
    embedded = embed_waiting(EMBEDDED_SECONDS)
    seconds = time.perf_counter() - start
    rows = np.concatenate([unpacked(row).restored() for row in StoredVectors.objects.iterator()])
    space = embedder.space.removesuffix(f" / {VERSION}")
    waiting = sum(waiting_counts().values())
    mixtures: Embedder = Recombined(space, rows)
    while embed_waiting(EMBEDDED_SECONDS, GuardedEmbedder(mixtures)):
        pass
    return {
        "passages_per_s": round(len(rows) / seconds, 1),
        "recombined": round(waiting / max(waiting + embedded, 1), 2),
    }
