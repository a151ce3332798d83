"""The query tree in Elasticsearch's terms."""

from collections.abc import Iterator
from typing import Any

from search.engines.base import (
    MAX_TERM_LENGTH,
    AllOf,
    AnyOf,
    BestOf,
    EngineQuery,
    Fuzzy,
    FuzzyPrefix,
    Ids,
    Node,
    Phrase,
    Prefix,
    Term,
)
from search.engines.elasticsearch_mapping import NUMBER
from search.engines.matching import matching


def hits_body(query: EngineQuery, *, by_columns: bool = True) -> dict[str, Any]:
    """The body of a search for the hits and, where they are to be counted, how many there are.
    ``by_columns``: they are named by their numbers, without a look at stored fields."""
    return {
        **({"stored_fields": "_none_"} if by_columns else {}),
        "query": {"bool": {"must": [_compile(query.root)], "filter": _filters(query)}},
        "from": query.offset,
        "size": query.limit,
        "track_total_hits": query.count_total,
        "_source": False,
        "docvalue_fields": [NUMBER, "verified_on"],
    }


def counts_body(query: EngineQuery) -> dict[str, Any]:
    """The body of a search for nothing but the number of all matches and their facets."""
    return {
        "query": {"bool": {"filter": [_compile(matching(query.root)), *_filters(query)]}},
        "size": 0,
        "track_total_hits": True,
        "aggregations": {
            facet.value: {"terms": {"field": f"facet_{facet}", "size": 1000}}
            for facet in query.facets
        },
    }


def _filters(query: EngineQuery) -> list[dict[str, Any]]:
    return [
        {"terms": {"visibility": list(query.visibilities)}},
        *({"terms": {f"facet_{facet}": list(values)}} for facet, values in query.filters.items()),
    ]


def _compile(node: Node) -> dict[str, Any]:
    match node:
        case Term(field, term, boost):
            return {"term": {field: {"value": term, "boost": boost}}}
        case Phrase(field, terms, slop, boost):
            if len(terms) < 2:
                return _compile(Term(field, terms[0], boost))
            return {
                "match_phrase": {field: {"query": " ".join(terms), "slop": slop, "boost": boost}}
            }
        case Prefix(field, prefix, score):
            # Terms are no longer than this; the server refuses prefixes of over 1,000 characters.
            return _constant({"prefix": {field: {"value": prefix[:MAX_TERM_LENGTH]}}}, score)
        case Fuzzy(field, term, distance, score):
            fuzzy = {"value": term, "fuzziness": distance, "transpositions": True}
            return _constant({"fuzzy": {field: fuzzy | {"max_expansions": 200}}}, score)
        case FuzzyPrefix(field, prefix, score):
            pattern = f"({'|'.join(map(_pattern, _one_edit_away(prefix)))}).*"
            return _constant({"regexp": {field: {"value": pattern, "flags": "NONE"}}}, score)
        case AnyOf(clauses, minimum):
            return {
                "bool": {
                    "should": [_compile(clause) for clause in clauses],
                    "minimum_should_match": minimum,
                }
            }
        case AllOf(required, optional):
            return {
                "bool": {
                    "must": [_compile(clause) for clause in required],
                    "should": [_compile(clause) for clause in optional],
                }
            }
        case Ids(ids, score):
            return _constant({"ids": {"values": list(ids)}}, score)
        case BestOf(clauses, tie_breaker):
            return {
                "dis_max": {
                    "queries": [_compile(clause) for clause in clauses],
                    "tie_breaker": tie_breaker,
                }
            }


def _constant(query: dict[str, Any], score: float) -> dict[str, Any]:
    return {"constant_score": {"filter": query, "boost": score}}


# Any one letter, in the texts of ``_one_edit_away``.
_ANY = "\0"


def _one_edit_away(text: str) -> Iterator[str]:
    """What ``text`` becomes by one edit or by none. No query of the server's looks for beginnings
    and forgives errors."""
    for at in range(len(text) + 1):
        before, after = text[:at], text[at:]
        yield before + _ANY + after
        if after:
            yield before + after[1:]
            yield before + _ANY + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


def _pattern(text: str) -> str:
    """A regular expression of Lucene's that matches ``text``."""
    return "".join("." if c == _ANY else c if c.isalnum() else f"\\{c}" for c in text)
