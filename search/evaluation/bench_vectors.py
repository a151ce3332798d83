"""Vectors for the bench's site: real ones for some articles, recombined ones for the rest.

Making them all takes about 12 ms a passage, a quarter of an hour for 10,000 articles. Speed and
memory depend on how many there are and how they lie, not on what they mean.
"""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search import embedding
from search.embedding.base import normalised
from search.engines.base import ArticleVectors, VectorKind
from search.engines.signatures import signature
from search.indexing.embedding_job import embed_waiting
from search.indexing.models import ArticleText, StoredVectors
from search.indexing.terms import unpack_tokens
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
    if not real:
        return 0
    chance = np.random.default_rng(_SEED)
    waiting = list(ArticleText.objects.filter(vectors=None).values_list("pk", flat=True))
    for at in range(0, len(waiting), BATCH):
        texts = ArticleText.objects.filter(pk__in=waiting[at : at + BATCH])
        StoredVectors.objects.bulk_create(mixed(text, real, chance) for text in texts)
    return len(waiting)


def mixed(
    text: ArticleText, real: Sequence[ArticleVectors], chance: np.random.Generator
) -> StoredVectors:
    """One article's vectors and, half as strong, some of another's: they lie as crowded as real
    ones, and there are as many of an article. Which terms a passage holds is the text's own."""
    first, second = (real[number] for number in chance.integers(len(real), size=2))
    other = chance.integers(len(second.kinds), size=len(first.kinds))
    kinds = [VectorKind(kind) for kind in first.kinds]
    count, length = kinds.count(VectorKind.PASSAGE), len(text.body)
    passages = [(length * n // count, length * (n + 1) // count) for n in range(count)]
    vectors = ArticleVectors.quantised(
        first.space,
        kinds,
        normalised(first.restored() + 0.5 * second.restored()[other]),
        _signatures(text, len(kinds) - count, passages),
    )
    return StoredVectors(
        text=text,
        for_digest=text.digest,
        space=vectors.space,
        dimensions=vectors.dimensions,
        rows=pack(vectors),
        passages=passages,
    )


def _signatures(
    text: ArticleText, phrases: int, passages: Sequence[tuple[int, int]]
) -> list[NDArray[np.uint64]]:
    title = [term for term, _, _ in unpack_tokens(bytes(text.title_tokens), text.title)]
    body = unpack_tokens(bytes(text.body_tokens), text.body)
    inside = ([t for t, start, _ in body if first <= start < end] for first, end in passages)
    return [signature(title)] * phrases + [signature(title + terms) for terms in inside]
