"""Vectors of articles: what is embedded of a text, and how it is kept.

They are kept in the database by the digest of the text, so that a rebuild, another index or an
upgrade embeds nothing twice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import F

from search import embedding
from search.analysis import analyse
from search.embedding.base import Vectors
from search.embedding.passages import Parts
from search.engines.base import ArticleVectors, VectorKind
from search.engines.signatures import WORDS, signature
from search.indexing.models import ArticleText, StoredVectors


def quantised(parts: Parts, locale: str, space: str, vectors: Vectors) -> ArticleVectors:
    """The vectors of an article's parts (a row each) as an index takes them."""
    kinds = (VectorKind.TITLE,) * len(parts.phrases) + (VectorKind.PASSAGE,) * len(parts.passages)
    signatures = [signature(analyse(text, locale).terms) for text in parts.texts]
    return ArticleVectors.quantised(space, kinds, vectors, signatures)


def store_vectors(row: ArticleText, parts: Parts, vectors: ArticleVectors) -> None:
    """Keep the vectors of a text. Raises IntegrityError when the article has gone."""
    StoredVectors.objects.update_or_create(
        text_id=row.pk,
        defaults={
            "space": vectors.space,
            "for_digest": row.digest,
            "dimensions": vectors.values.shape[1],
            "rows": pack(vectors),
            "passages": [[passage.start, passage.end] for passage in parts.passages],
        },
    )


def stored_vectors(digests: Mapping[int, str]) -> dict[int, ArticleVectors]:
    """The vectors of those articles whose text digest still is the one given. One query."""
    embedder = embedding.current()
    if embedder is None:
        return {}
    rows = StoredVectors.objects.filter(pk__in=list(digests), space=embedder.space)
    return {
        row.pk: unpack(row.space, row.dimensions, bytes(row.rows))
        for row in rows
        if row.for_digest == digests[row.pk]
    }


@dataclass(frozen=True, slots=True)
class StoredPassages:
    """The passages of one article: their vectors, and start and end of each in the body."""

    vectors: ArticleVectors
    spans: tuple[tuple[int, int], ...]


def stored_passages(article_ids: Collection[int], space: str) -> dict[int, StoredPassages]:
    """The passages of articles whose vectors are of the text now stored. One query."""
    rows = StoredVectors.objects.filter(
        pk__in=article_ids, space=space, for_digest=F("text__digest")
    )
    found = {}
    for row in rows:
        vectors = unpack(row.space, row.dimensions, bytes(row.rows))
        of_passages = vectors.only(VectorKind.PASSAGE)
        found[row.pk] = StoredPassages(of_passages, tuple((a, b) for a, b in row.passages))
    return found


# --- stored form ------------------------------------------------------------------------------


def pack(vectors: ArticleVectors) -> bytes:
    """Kinds, scales, signatures and values, one after the other."""
    return (
        vectors.kinds.tobytes()
        + vectors.scales.astype("<f4").tobytes()
        + vectors.signatures.astype("<u8").tobytes()
        + vectors.values.tobytes()
    )


def unpack(space: str, dimensions: int, blob: bytes) -> ArticleVectors:
    """What ``pack`` packed."""
    count = len(blob) // (1 + 4 + 8 * WORDS + dimensions)
    ends = np.cumsum([count, 4 * count, 8 * WORDS * count])
    return ArticleVectors(
        space,
        kinds=np.frombuffer(blob, np.uint8, count),
        scales=np.frombuffer(blob, "<f4", count, offset=ends[0]),
        signatures=np.frombuffer(blob, "<u8", WORDS * count, offset=ends[1]).reshape(count, WORDS),
        values=np.frombuffer(blob, np.int8, offset=ends[2]).reshape(count, dimensions),
    )
