"""The query tree in tantivy's terms."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from tantivy import Occur, Query, Schema, Searcher

from search.engines.base import (
    MAX_TERM_LENGTH,
    AllOf,
    AnyOf,
    BestOf,
    EngineQuery,
    Field,
    Fuzzy,
    FuzzyPrefix,
    Ids,
    Node,
    Phrase,
    Prefix,
    Term,
)
from search.engines.tantivy_schema import beginnings_of, lists_beginning

# So many terms with a beginning that is not ASCII are named sooner than tantivy compiles an
# automaton for it, in .03 ms; one kana alone begins hundreds.
FEW_TERMS = 20


def unknown_fields(schema: Schema) -> frozenset[Field]:
    """The fields that an index of this schema, made by an earlier release, does not have."""
    return frozenset(field for field in Field if not has_field(schema, field))


def has_field(schema: Schema, field: str) -> bool:
    """Whether an index of this schema has a field of texts."""
    try:
        Query.term_query(schema, field, "")
    except ValueError:
        return False
    return True


def compile_query(
    schema: Schema, searcher: Searcher, query: EngineQuery, unknown: Collection[Field] = ()
) -> Query:
    """The whole question: the tree, what the viewer may read, and the filters. It is for this
    searcher: it may name the terms that begin as something does.

    Nothing is found in ``unknown`` fields, which the index does not have.
    """
    root = _without(query.root, unknown) if unknown else query.root
    clauses = [
        (Occur.Must, _compile(schema, searcher, root)),
        (Occur.Must, _filter(schema, "visibility", query.visibilities)),
    ]
    for facet, values in query.filters.items():
        clauses.append((Occur.Must, _filter(schema, f"facet_{facet}", values)))
    return Query.boolean_query(clauses)


def _without(node: Node, unknown: Collection[Field]) -> Node:
    match node:
        case Term() | Phrase() | Prefix() | Fuzzy() | FuzzyPrefix() if node.field in unknown:
            return Ids(())
        case AnyOf() | BestOf():
            return replace(node, clauses=tuple(_without(c, unknown) for c in node.clauses))
        case AllOf(required, optional):
            return AllOf(
                tuple(_without(clause, unknown) for clause in required),
                tuple(_without(clause, unknown) for clause in optional),
            )
    return node


def _filter(schema: Schema, field: str, values: Sequence[str]) -> Query:
    # A score of zero: who may read an article says nothing of how well it fits.
    return Query.const_score_query(any_of(schema, field, values), 0.0)


def any_of(schema: Schema, field: str, values: Sequence[str]) -> Query:
    """Documents that have one of the values."""
    # Not a term set, which looks at every document first: five times slower on 2,000 of them.
    return Query.boolean_query(
        [(Occur.Should, Query.term_query(schema, field, value)) for value in values]
    )


def _compile(schema: Schema, searcher: Searcher, node: Node) -> Query:
    match node:
        case Term(field, term, boost):
            return _boosted(Query.term_query(schema, field, term), boost)
        case Phrase(field, terms, slop, boost):
            if len(terms) < 2:  # tantivy panics on a phrase of one word
                return _boosted(Query.term_query(schema, field, terms[0]), boost)
            return _boosted(Query.phrase_query(schema, field, list(terms), slop), boost)
        case Prefix(field, prefix, score):
            return Query.const_score_query(_begun(schema, searcher, field, prefix), score)
        case Fuzzy(field, term, distance, score):
            return Query.const_score_query(
                Query.fuzzy_term_query(schema, field, term, distance), score
            )
        case FuzzyPrefix(field, prefix, score):
            nearly = Query.fuzzy_term_query(schema, field, prefix, 1, prefix=True)
            return Query.const_score_query(nearly, score)
        case AnyOf(clauses, minimum):
            should = [(Occur.Should, _compile(schema, searcher, clause)) for clause in clauses]
            return Query.boolean_query(should, minimum_number_should_match=minimum)
        case AllOf(required, optional):
            return Query.boolean_query(
                [(Occur.Must, _compile(schema, searcher, clause)) for clause in required]
                + [(Occur.Should, _compile(schema, searcher, clause)) for clause in optional]
            )
        case Ids(ids, score):
            return Query.const_score_query(any_of(schema, "id", ids), score)
        case BestOf(clauses, tie_breaker):
            return Query.disjunction_max_query(
                [_compile(schema, searcher, clause) for clause in clauses], tie_breaker
            )


def _begun(schema: Schema, searcher: Searcher, field: Field, beginning: str) -> Query:
    """Documents with a term that begins so."""
    if lists_beginning(field, beginning):
        with suppress(ValueError):  # an index that an earlier release made has none
            return Query.term_query(schema, beginnings_of(field), beginning)
    beginning = beginning[:MAX_TERM_LENGTH]  # terms are no longer
    if len(beginning) > 1 and not beginning.isascii():
        terms = [term for term, _ in searcher.terms_with_prefix(field, beginning)]
        if len(terms) <= FEW_TERMS:
            return any_of(schema, field, terms)
    # No edits at all: the same documents as a pattern's, without half a millisecond to compile one.
    return Query.fuzzy_term_query(schema, field, beginning, 0, prefix=True)


def _boosted(query: Query, boost: float) -> Query:
    return query if boost == 1.0 else Query.boost_query(query, boost)
