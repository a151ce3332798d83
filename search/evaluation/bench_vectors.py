"""Vectors for the bench's site: real ones for some articles, recombined ones for the rest.

Making them all takes about 12 ms a passage, a quarter of an hour for 10,000 articles. Speed and
memory depend on how many there are and how they lie, not on what they mean.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from django.db.models.functions import Length

from search import embedding
from search.embedding.base import normalised
from search.engines.base import ArticleVectors, VectorKind
from search.indexing.embedding_job import embed_waiting
from search.indexing.models import ArticleText, StoredVectors
from search.indexing.vectors import pack, unpacked

EMBEDDED_SECONDS = 60.0
BATCH = 500
_SEED = 1


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
    real = [unpacked(row) for row in StoredVectors.objects.filter(dimensions__gt=0).iterator()]
    recombined = _recombine(real)
    return {
        "passages_per_s": round(sum(len(vectors.kinds) for vectors in real) / seconds, 1),
        "recombined": round(recombined / max(recombined + embedded, 1), 2),
    }


def _recombine(real: Sequence[ArticleVectors]) -> int:
    """Mixtures for every article that has no vectors; how many articles."""
    waiting = ArticleText.objects.filter(vectors=None).annotate(length=Length("body"))
    rows = list(waiting.values_list("pk", "digest", "length")) if real else []
    mixed = (
        _stored(pk, digest, length, vectors)
        for (pk, digest, length), vectors in zip(rows, _mixtures(real), strict=False)
    )
    while batch := list(islice(mixed, BATCH)):
        StoredVectors.objects.bulk_create(batch)
    return len(rows)


def _mixtures(real: Sequence[ArticleVectors]) -> Iterator[ArticleVectors]:
    """One article's vectors and, half as strong, some of another's: they lie as crowded as real
    ones, and there are as many of an article."""
    chance = np.random.default_rng(_SEED)
    while True:
        first, second = (real[number] for number in chance.integers(len(real), size=2))
        other = chance.integers(len(second.kinds), size=len(first.kinds))
        yield ArticleVectors.quantised(
            first.space,
            [VectorKind(kind) for kind in first.kinds],
            normalised(first.restored() + 0.5 * second.restored()[other]),
            list(first.signatures),
        )


def _stored(pk: int, digest: str, length: int, vectors: ArticleVectors) -> StoredVectors:
    count = int((vectors.kinds == VectorKind.PASSAGE).sum())
    return StoredVectors(
        text_id=pk,
        for_digest=digest,
        space=vectors.space,
        dimensions=vectors.dimensions,
        rows=pack(vectors),
        passages=[[length * at // count, length * (at + 1) // count] for at in range(count)],
    )
