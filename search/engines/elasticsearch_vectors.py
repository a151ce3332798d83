"""Vectors in Elasticsearch's terms: nested dense vectors, a pair of fields for each space.

Only nested documents may hold several vectors for one article. A space has fields of its own,
added to the mapping when its first vectors come, so that vectors of two models never meet.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.engines.base import ArticleVectors, Hit, Similarity, VectorKind, VectorQuery

# How many neighbours a graph search looks at, for each one asked for: the recall of HNSW.
CANDIDATES_EACH = 8


def field_name(kind: VectorKind, space: str, dimensions: int) -> str:
    """The nested field that holds the vectors of one kind.

    A server that changes its model under the same name fills another field: a vector of another
    size would be refused, and its article with it.
    """
    key = f"{space} {dimensions}"
    return f"{kind.name.lower()}_vectors_{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}"


def mapping(articles: Iterable[ArticleVectors]) -> dict[str, Any]:
    """The fields that these vectors need."""
    spaces = {(vectors.space, vectors.dimensions) for vectors in articles}
    return {
        field_name(kind, space, dimensions): {
            "type": "nested",
            "properties": {
                "vector": {
                    "type": "dense_vector",
                    "dims": dimensions,
                    "similarity": "cosine",
                    "index_options": {"type": "int8_hnsw"},
                }
            },
        }
        for space, dimensions in spaces
        for kind in VectorKind
    }


def to_source(vectors: ArticleVectors | None) -> dict[str, Any]:
    """A document's vectors."""
    if vectors is None:
        return {}
    restored = vectors.restored()
    return {
        field_name(kind, vectors.space, vectors.dimensions): [
            {"vector": row.tolist()} for row in restored[vectors.kinds == kind]
        ]
        for kind in VectorKind
    }


def searches(
    query: VectorQuery, limit: int, ids: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """One search for each kind: the nearest documents, of ``ids`` where they are given.

    With so narrow a filter Elasticsearch compares every vector exactly.
    """
    filters: list[dict[str, Any]] = [{"terms": {"visibility": list(query.visibilities)}}]
    if ids is not None:
        filters.append({"ids": {"values": list(ids)}})
    return [
        {
            "knn": {
                "field": f"{field_name(kind, query.space, len(query.vector))}.vector",
                "query_vector": query.vector.tolist(),
                "k": limit,
                "num_candidates": min(limit * CANDIDATES_EACH, 10_000),
                "filter": filters,
            },
            "size": limit,
            "_source": False,
            "track_total_hits": False,
        }
        for kind in VectorKind
    ]


def cosines(answer: Mapping[str, Any]) -> dict[str, float]:
    """Document → cosine, from one search's hits: Elasticsearch's score is (1 + cosine) / 2."""
    return {hit["_id"]: 2 * float(hit["_score"]) - 1 for hit in answer["hits"]["hits"]}


def best_hits(answers: Sequence[Mapping[str, Any]], limit: int) -> list[Hit]:
    """The nearest of both kinds, best first."""
    best: dict[str, float] = {}
    for answer in answers:
        for identifier, cosine in cosines(answer).items():
            best[identifier] = max(cosine, best.get(identifier, -1.0))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(identifier, cosine) for identifier, cosine in ranked[:limit]]


def similarities(answers: Sequence[Mapping[str, Any]]) -> dict[str, Similarity]:
    """The cosines of both kinds together."""
    of_kind = dict(zip(VectorKind, map(cosines, answers), strict=True))
    titles, passages = of_kind[VectorKind.TITLE], of_kind[VectorKind.PASSAGE]
    return {
        identifier: Similarity(titles.get(identifier, -1.0), passages.get(identifier, -1.0))
        for identifier in titles.keys() | passages.keys()
    }
