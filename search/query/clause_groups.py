"""The clauses of a query tree by what they mean to an editor, and what each kind scored.

The engine itself is asked for the scores, with the very clauses of the question: whatever it
makes of a rare word or a long text is in them, and they add up to an article's lexical score.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from search.engines.base import (
    AllOf,
    AnyOf,
    BestOf,
    Engine,
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
from search.query.trees import OPENING_BOOST


class ClauseGroup(StrEnum):
    """What some clauses look for, in the order in which an editor reads of it."""

    WHOLE_TITLE = "whole title"  # the question is the title or a line of "also asked as"
    TITLE = "title"  # words in the title
    LABELS = "labels"  # words in tags, topics, product, audience
    TEXT = "text"  # words anywhere in the article; title and question phrases count twice
    OPENING = "opening"  # words of the question's first sentence, anywhere
    NEIGHBOURS = "neighbours"  # words side by side
    SYNONYMS = "synonyms"  # what other words add to the question's own
    BEGINNING = "beginning"  # words that begin like the last one, which no article holds
    SPELLING = "spelling"  # a title, or a word of it, spelt nearly so
    SOUND = "sound"  # a title, or a word of it, read or sounding so
    OTHER = "other"  # whatever the tree may come to hold besides


GroupScores = Mapping[ClauseGroup, Mapping[str, float]]  # group → article id → score
Scores = Callable[[Sequence[Node]], Mapping[str, float]]


def group_scores(tree: Node, scores: Scores) -> GroupScores:
    """What the groups of a tree score. ``scores``: see ``scores_by``; asked once for each group.

    A word that has synonyms counts in the group of its field; what a better synonym adds to it
    is the group SYNONYMS.
    """
    groups: dict[ClauseGroup, list[Node]] = {}
    best, own = [], []
    for clause in _clauses(tree):
        words = clause
        if isinstance(clause, BestOf):  # the question's words come first (synonyms.Expansion)
            words = clause.clauses[0]
            best.append(clause)
            own.append(words)
        groups.setdefault(group_of(words), []).append(words)
    found = {group: scores(clauses) for group, clauses in groups.items()}
    if best:
        with_synonyms, without = scores(best), scores(own)
        found[ClauseGroup.SYNONYMS] = {
            id_: max(score - without.get(id_, 0.0), 0.0) for id_, score in with_synonyms.items()
        }
    return found


def scores_by(
    engine: Engine, locale: str, visibilities: tuple[str, ...], ids: Sequence[str]
) -> Scores:
    """A function that has ``engine`` score clauses on the articles of these ids.

    It raises EngineUnavailable as the engine does.
    """

    def scores(clauses: Sequence[Node]) -> dict[str, float]:
        if not ids:
            return {}
        root = AllOf((Ids(tuple(ids), 0.0),), optional=tuple(clauses))
        query = EngineQuery(root, locale, visibilities, limit=len(ids), count_total=False)
        return {hit.id: hit.score for hit in engine.search(query).hits}

    return scores


def group_of(clause: Node) -> ClauseGroup:
    """What a clause means."""
    match clause:
        case Term(Field.TEXT, _, boost):
            return ClauseGroup.OPENING if boost == OPENING_BOOST else ClauseGroup.TEXT
        case Term(Field.TITLE):
            return ClauseGroup.TITLE
        case Term(Field.LABELS):
            return ClauseGroup.LABELS
        case Term(Field.TITLE_KEYS):
            return ClauseGroup.WHOLE_TITLE
        case Phrase(Field.TEXT):
            return ClauseGroup.NEIGHBOURS
        case Prefix(Field.WORDS | Field.TEXT):
            return ClauseGroup.BEGINNING
        case Fuzzy(Field.WORDS | Field.TITLE_KEYS) | FuzzyPrefix():
            return ClauseGroup.SPELLING
        case Fuzzy(Field.READINGS) | Prefix(Field.READINGS):
            return ClauseGroup.SOUND
        case AnyOf(clauses):  # the words of a phrase that has synonyms: all in one field
            return group_of(clauses[0])
    return ClauseGroup.OTHER


def _clauses(tree: Node) -> Iterator[Node]:
    """The clauses whose scores a tree adds up."""
    match tree:
        case AnyOf(clauses):
            parts = clauses
        case AllOf(required, optional):
            parts = required + optional
        case _:
            yield tree
            return
    for part in parts:
        yield from _clauses(part)
