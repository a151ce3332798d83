"""The fields of tantivy's indices, and an index document in tantivy's form."""

from collections.abc import Iterable
from datetime import date

import tantivy

from search.engines.base import (
    TERMS_ONLY,
    WITH_FREQUENCIES,
    WITH_POSITIONS,
    Facet,
    Field,
    IndexDocument,
)

# What hits are read from: columns, ten times as fast as stored documents.
NUMBER = "number"  # the id
VERIFIED_DAY = "verified_day"  # proleptic Gregorian ordinal (date.toordinal); none where never
# Fields of which most terms are one document's: thousands begin with a few letters, and tantivy
# looks at each. The beginnings of their terms, up to so many characters, are terms of their own.
WITH_BEGINNINGS = frozenset((Field.TITLE_KEYS, Field.READINGS, Field.WORDS))
LONGEST_BEGINNING = 8


def beginnings_of(field: Field) -> str:
    """Where the beginnings of a field's terms stand."""
    return f"{field}_beginnings"


def lists_beginning(field: Field, beginning: str) -> bool:
    """Whether a beginning of a field's terms is a term itself. Beside readings stand sounds, in
    kana, which are compared whole."""
    return (
        field in WITH_BEGINNINGS
        and 0 < len(beginning) <= LONGEST_BEGINNING
        and (field is not Field.READINGS or beginning.isascii())
    )


def build_schema() -> tantivy.Schema:
    """The fields of every index. Terms are split at white space, nothing else."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("digest", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("visibility", tokenizer_name="raw", index_option="basic")
    for index_option, fields in (
        ("position", WITH_POSITIONS),
        ("freq", WITH_FREQUENCIES),
        ("basic", TERMS_ONLY),
    ):
        for field in fields:
            builder.add_text_field(field, tokenizer_name="whitespace", index_option=index_option)
    for field in WITH_BEGINNINGS:
        builder.add_text_field(
            beginnings_of(field), tokenizer_name="whitespace", index_option="basic"
        )
    for facet in Facet:
        builder.add_text_field(
            f"facet_{facet}", fast=True, tokenizer_name="raw", index_option="basic"
        )
    for column in (NUMBER, VERIFIED_DAY):
        builder.add_unsigned_field(column, fast=True)
    return builder.build()


SCHEMA = build_schema()


def _beginnings(field: Field, terms: Iterable[str]) -> set[str]:
    """Those that ``lists_beginning`` names; not asked for each, for an article has a hundred."""
    listed = filter(str.isascii, terms) if field is Field.READINGS else terms
    return {
        term[:length]
        for term in listed
        for length in range(1, min(len(term), LONGEST_BEGINNING) + 1)
    }


def to_tantivy(document: IndexDocument) -> tantivy.Document:
    """An index document in tantivy's form."""
    native = tantivy.Document()
    native.add_text("id", document.id)
    native.add_text("digest", document.digest)
    native.add_text("visibility", document.visibility)
    for field, terms in document.fields.items():
        if terms:
            native.add_text(field, " ".join(terms))
        if field in WITH_BEGINNINGS and terms:
            native.add_text(beginnings_of(field), " ".join(_beginnings(field, terms)))
    for facet, values in document.facets.items():
        for value in values:
            native.add_text(f"facet_{facet}", value)
    native.add_unsigned(NUMBER, int(document.id))
    if document.verified_on:
        native.add_unsigned(VERIFIED_DAY, date.fromisoformat(document.verified_on).toordinal())
    return native
