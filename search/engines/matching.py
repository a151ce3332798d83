"""Which documents a query tree matches, whatever they score: all that counting asks."""

from collections.abc import Iterator, Set

from search.engines.base import (
    WITHIN_TEXT,
    AllOf,
    AnyOf,
    BestOf,
    Field,
    Node,
    Phrase,
    Term,
)


def matching(node: Node) -> Node:
    """A tree that matches the same documents, without the clauses that only add to a score: half
    of a question's, among them the phrases, which take longest."""
    match node:
        case AllOf(required) if required:
            return AllOf(tuple(map(matching, required)))
        case AnyOf(_, 1) | BestOf():
            clauses = tuple(dict.fromkeys(_alternatives(node)))
            in_text = {c.term for c in clauses if isinstance(c, Term) and c.field == Field.TEXT}
            return AnyOf(tuple(c for c in clauses if not _is_implied(c, in_text)))
    return node


def _alternatives(node: Node) -> Iterator[Node]:
    """What there is any one of in a document that matches."""
    match node:
        case AnyOf(clauses, 1) | BestOf(clauses):
            for clause in clauses:
                yield from _alternatives(clause)
        case Term(field, term):
            yield Term(field, term)
        case _:
            yield matching(node)


def _is_implied(node: Node, in_text: Set[str]) -> bool:
    """Whether every document that matches holds one of these terms in its text."""
    match node:
        case Term(field, term):
            return field in WITHIN_TEXT and term in in_text
        case Phrase(field, terms):
            return field in (Field.TEXT, *WITHIN_TEXT) and not in_text.isdisjoint(terms)
    return False
