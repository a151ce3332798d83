"""Fields and settings of the cluster's indices, and an index document in Elasticsearch's form."""

from collections.abc import Mapping
from typing import Any

from search.engines import elasticsearch_vectors as vectors
from search.engines.base import (
    LISTED_ONLY,
    TERMS_ONLY,
    WITH_FREQUENCIES,
    WITH_POSITIONS,
    WITH_PREFIXES,
    Facet,
    Field,
    IndexDocument,
)

SETTINGS: Mapping[str, Any] = {
    # One shard: term statistics are exact, and a knowledge base fits one many times over.
    "number_of_shards": 1,
    "analysis": {"analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace"}}},
}
LIVE_SETTINGS: Mapping[str, Any] = {"refresh_interval": "1s", "auto_expand_replicas": "0-1"}
FILLING_SETTINGS: Mapping[str, Any] = {"refresh_interval": "-1", "number_of_replicas": 0}
# The first characters of each term become terms themselves: two letters begin thousands of words.
PREFIXES: Mapping[str, int] = {"min_chars": 1, "max_chars": 8}
_KEPT = {"positions": WITH_POSITIONS, "freqs": WITH_FREQUENCIES, "docs": TERMS_ONLY}


def _text_field(field: Field) -> dict[str, Any]:
    kept = next(option for option, fields in _KEPT.items() if field in fields)
    return {
        "type": "text",
        "analyzer": "terms",
        "index_options": kept,
        "norms": kept != "docs",
        **({"index_prefixes": PREFIXES} if field in WITH_PREFIXES else {}),
    }


_FACET: Mapping[str, Any] = {"type": "keyword"}
# The column that a hit's id is read from: stored fields, where _id is, take a millisecond more.
NUMBER = "number"
# Indices of earlier releases get these with their next write.
ADDED_LATER: Mapping[str, Any] = {
    NUMBER: {"type": "long", "index": False},
    "verified_on": {"type": "keyword", "index": False},
    f"facet_{Facet.TOP_TOPIC}": _FACET,
    Field.TEXT_READINGS.value: _text_field(Field.TEXT_READINGS),
}
MAPPINGS: Mapping[str, Any] = {
    "dynamic": "strict",
    "_source": {"includes": ["digest", "visibility", "facet_*", "verified_on", NUMBER]},
    "properties": {
        "digest": {"type": "keyword"},
        "visibility": {"type": "keyword"},
        **{field.value: _text_field(field) for field in Field if field not in LISTED_ONLY},
        **{f"facet_{facet}": _FACET for facet in Facet},
        **ADDED_LATER,
    },
}


def to_source(document: IndexDocument) -> dict[str, Any]:
    """An index document in Elasticsearch's form."""
    return {
        NUMBER: int(document.id),
        "digest": document.digest,
        "visibility": document.visibility,
        **{
            name.value: " ".join(terms)
            for name, terms in document.fields.items()
            if terms and name not in LISTED_ONLY
        },
        **{f"facet_{facet}": list(values) for facet, values in document.facets.items()},
        **({"verified_on": document.verified_on} if document.verified_on else {}),
        **vectors.to_source(document.vectors),
    }
