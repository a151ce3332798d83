"""Vectors of articles: what is embedded of a text, and how it is kept.

They are kept in the database by the digest of the text, so that a rebuild, another index or an
upgrade embeds nothing twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from search import embedding
from search.analysis import analyse
from search.embedding.base import Vectors
from search.embedding.passages import Parts
from search.engines.base import ArticleVectors, VectorKind
from search.engines.signatures import WORDS, signature
from search.indexing.models import ArticleText, StoredVectors
from search.indexing.terms import digest_of


def quantised(parts: Parts, locale: str, space: str, vectors: Vectors) -> ArticleVectors:
    """The vectors of an article's parts (a row each) as an index takes them."""
    kinds = (VectorKind.TITLE,) * len(parts.phrases) + (VectorKind.PASSAGE,) * len(parts.passages)
    return ArticleVectors.quantised(space, kinds, vectors, _signatures(parts, locale))


def signed_anew(vectors: ArticleVectors, parts: Parts, locale: str) -> ArticleVectors:
    """Vectors of the same parts, whose terms another version of the analysis has found."""
    return replace(vectors, signatures=np.array(_signatures(parts, locale), np.uint64))


def _signatures(parts: Parts, locale: str) -> Sequence[NDArray[np.uint64]]:
    return [signature(analyse(text, locale).terms) for text in parts.texts]


def parts_digest(parts: Parts) -> str:
    """Hash of what is embedded."""
    return digest_of(parts.phrases, parts.passage_texts)


def store_vectors(row: ArticleText, parts: Parts, vectors: ArticleVectors) -> None:
    """Keep the vectors of a text. Raises IntegrityError when the article has gone."""
    _store(
        row,
        space=vectors.space,
        parts_digest=parts_digest(parts),
        dimensions=vectors.dimensions,
        rows=pack(vectors),
        passages=[[passage.start, passage.end] for passage in parts.passages],
    )


def store_refusal(row: ArticleText, space: str) -> None:
    """Note that the embedder does not take a text. Raises IntegrityError as above."""
    _store(row, space=space, parts_digest="", dimensions=0, rows=b"", passages=[])


def _store(row: ArticleText, **columns: object) -> None:
    StoredVectors.objects.update_or_create(
        text_id=row.pk, defaults={"for_digest": row.digest, **columns}
    )


def reusable_vectors(parts: Mapping[int, Parts], space: str) -> dict[int, ArticleVectors]:
    """The vectors of those articles of which the same parts were embedded before. One query."""
    rows = StoredVectors.objects.filter(pk__in=list(parts), space=space, dimensions__gt=0)
    return {
        row.pk: unpacked(row) for row in rows if row.parts_digest == parts_digest(parts[row.pk])
    }


def stored_vectors(digests: Mapping[int, str]) -> dict[int, ArticleVectors]:
    """The vectors of those articles whose text digest still is the one given. One query."""
    rows = _indexed(digests)
    return {row.pk: unpacked(row) for row in rows if row.for_digest == digests[row.pk]}


def stored_marks(digests: Mapping[int, str]) -> dict[int, str]:
    """``mark`` of what ``stored_vectors`` has, without reading it. One query."""
    rows = _indexed(digests).values_list("pk", "for_digest", "space", "dimensions")
    return {
        pk: mark(space, dimensions)
        for pk, digest, space, dimensions in rows
        if digest == digests[pk]
    }


def _indexed(article_ids: Iterable[int]) -> QuerySet[StoredVectors]:
    """Those of the embedder in use. While it is off, whatever there is stays in the indexes:
    nobody asks for it, and on the day it is on again nothing has to be indexed anew."""
    rows = StoredVectors.objects.filter(pk__in=list(article_ids), dimensions__gt=0)
    embedder = embedding.current()
    return rows.filter(space=embedder.space) if embedder else rows


def mark(space: str, dimensions: int) -> str:
    """What a document's digest says of its vectors."""
    return f"{space} {dimensions}"


def unpacked(row: StoredVectors) -> ArticleVectors:
    """The vectors of a stored row."""
    return unpack(row.space, row.dimensions, bytes(row.rows))


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
