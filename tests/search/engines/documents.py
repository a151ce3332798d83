"""Small documents for the conformance cases."""

from collections.abc import Sequence

import numpy as np

from search.analysis import analyse
from search.analysis.index_terms import (
    field_terms,
    reading_terms,
    spelling_terms,
    title_key,
    words,
)
from search.engines.base import ArticleVectors, Facet, Field, IndexDocument, VectorKind
from search.engines.signatures import signature

SPACE = "a small model / 1"


def document(
    identifier: str,
    title: str,
    body: str = "",
    *,
    locale: str = "en",
    visibility: str = "public",
    topics: tuple[str, ...] = (),
    digest: str = "d",
    verified_on: str = "",
    vectors: ArticleVectors | None = None,
) -> IndexDocument:
    title_terms = field_terms(title, locale)
    body_terms = field_terms(body, locale)
    return IndexDocument(
        id=identifier,
        locale=locale,
        visibility=visibility,
        version=1,
        digest=digest,
        fields={
            Field.TITLE: title_terms,
            Field.BODY: body_terms,
            Field.TEXT: title_terms * 2 + body_terms,
            Field.WORDS: words(title),
            Field.READINGS: reading_terms(title, locale),
            Field.TITLE_KEYS: (title_key(title),),
            Field.SPELLINGS: spelling_terms(
                f"{title}\n{body}", analyse(f"{title}\n{body}", locale).tokens
            ),
        },
        facets={Facet.TOPIC: topics, Facet.TOP_TOPIC: topics[:1]},
        verified_on=verified_on,
        vectors=vectors,
    )


def unit(*numbers: float) -> np.ndarray:
    """The numbers as a vector of length 1."""
    vector = np.array(numbers, np.float32)
    return vector / np.linalg.norm(vector)


def vectors_of(
    titles: Sequence[np.ndarray],
    passages: Sequence[np.ndarray] = (),
    *,
    space: str = SPACE,
    terms: Sequence[Sequence[str]] = (),
) -> ArticleVectors:
    """An article's vectors, titles first; ``terms`` of each row, none where they are left out."""
    kinds = (VectorKind.TITLE,) * len(titles) + (VectorKind.PASSAGE,) * len(passages)
    of_rows = [*terms, *([()] * (len(kinds) - len(terms)))]
    return ArticleVectors.quantised(
        space, kinds, np.stack([*titles, *passages]), [signature(row) for row in of_rows]
    )
