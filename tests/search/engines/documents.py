"""Small documents for the conformance cases."""

from search.analysis.index_terms import field_terms, reading_terms, title_key, words
from search.engines.base import Facet, Field, IndexDocument


def document(
    identifier: str,
    title: str,
    body: str = "",
    *,
    locale: str = "en",
    visibility: str = "public",
    topics: tuple[str, ...] = (),
    digest: str = "d",
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
        },
        facets={Facet.TOPIC: topics},
    )
