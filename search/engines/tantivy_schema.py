"""The fields of tantivy's indices, and an index document in tantivy's form."""

from datetime import date

import tantivy

from search.engines.base import (
    TERMS_ONLY,
    WITH_FREQUENCIES,
    WITH_POSITIONS,
    Facet,
    IndexDocument,
)

# What hits are read from: columns, ten times as fast as stored documents.
NUMBER = "number"  # the id
VERIFIED_DAY = "verified_day"  # proleptic Gregorian ordinal (date.toordinal); none where never


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
    for facet in Facet:
        builder.add_text_field(
            f"facet_{facet}", fast=True, tokenizer_name="raw", index_option="basic"
        )
    for column in (NUMBER, VERIFIED_DAY):
        builder.add_unsigned_field(column, fast=True)
    return builder.build()


SCHEMA = build_schema()


def to_tantivy(document: IndexDocument) -> tantivy.Document:
    """An index document in tantivy's form."""
    native = tantivy.Document()
    native.add_text("id", document.id)
    native.add_text("digest", document.digest)
    native.add_text("visibility", document.visibility)
    for field, terms in document.fields.items():
        if terms:
            native.add_text(field, " ".join(terms))
    for facet, values in document.facets.items():
        for value in values:
            native.add_text(f"facet_{facet}", value)
    native.add_unsigned(NUMBER, int(document.id))
    if document.verified_on:
        native.add_unsigned(VERIFIED_DAY, date.fromisoformat(document.verified_on).toordinal())
    return native
