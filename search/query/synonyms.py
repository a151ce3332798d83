"""Synonyms in a question: which of its phrases have alternatives, and what that asks an engine.

Phrases are compared as analysed words, so that a rule written once holds for every inflection,
width and spelling that the analysis makes equal. Rules are not chained: of "a = b" and "b = c"
a question for "a" finds "b" only, as it was written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.analysis import NEGATIONS, Token, TokenKind, analyse
from search.analysis.characters import clean
from search.engines.base import WITH_POSITIONS, AllOf, AnyOf, BestOf, Field, Node, Phrase, Term
from search.query.rules import Terms

# An article that says it in the asker's own words comes before an equally good one that says it in
# other words; less would push a good answer below articles that only mention the asker's word.
ALTERNATIVE_WEIGHT = 0.8
MAX_PHRASE_TERMS = 10
# Beyond these, further alternatives are not asked for: Elasticsearch refuses 1,024 clauses, of
# which a long question takes up to 350, and every term of an alternative and what it stands for
# three each.
MAX_ALTERNATIVE_TERMS = 80
_MAX_TOKENS = 200  # of a pasted page; its first sentences say what is wanted

SynonymTable = Mapping[Terms, tuple[Terms, ...]]


@dataclass(frozen=True, slots=True)
class SynonymRule:
    """Every phrase of ``left`` also finds those of ``right``; in a two-way rule both are equal."""

    left: tuple[str, ...]
    right: tuple[str, ...]


# Rules are loaded as a whole after every edit; only what is new is analysed. Two full lists of
# rules hold some 40,000 words.
@lru_cache(maxsize=50_000)
def phrase_forms(text: str, locale: str) -> tuple[Terms, ...]:
    """The words of a phrase as a question or an index may hold them; none if it has no content.

    A compound has two forms: whole ("wi-fi" is "wifi") and in its parts; the whole comes first.
    """
    tokens = analyse(clean(text), locale).content
    readings = (_whole(tokens), _parts(tokens))
    return tuple(dict.fromkeys(tuple(t.term for t in reading) for reading in readings if reading))


def _whole(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the parts of compounds."""
    kept: list[Token] = []
    covered = 0
    for token in tokens:
        if token.start >= covered:
            kept.append(token)
        if token.kind is TokenKind.CODE:
            covered = max(covered, token.end)
    return kept


def _parts(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the compounds that have parts; a code alone stays."""
    return [token for token in tokens if token.kind is not TokenKind.CODE]


def synonym_table(rules: Iterable[SynonymRule], locale: str) -> SynonymTable:
    """``{analysed phrase: its alternatives}`` of the rules, in their order."""
    table: dict[Terms, dict[Terms, None]] = {}
    for rule in rules:
        left = [phrase_forms(text, locale) for text in rule.left]
        right = left if rule.right == rule.left else [phrase_forms(t, locale) for t in rule.right]
        for source in filter(None, left):
            # A phrase is no alternative to itself, in whatever form.
            targets = [target for target in right if target[:1] != source[:1]]
            others = [form for target in targets for form in target if form not in source]
            for key in source:
                table.setdefault(key, {}).update(dict.fromkeys(others))
    return {key: tuple(others) for key, others in table.items() if others}


# --- a question --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expansion:
    """Some words of the question and the phrases that may stand in their place."""

    terms: Terms
    alternatives: tuple[Terms, ...]

    def clause(self, field: Field, boost: float) -> Node:
        """The words or the best alternative: an article that has both counts once."""
        # A negation finds nothing by itself, nor does it as a synonym.
        own = tuple(Term(field, term, boost) for term in self._subject)
        words: Node = own[0] if len(own) == 1 else AnyOf(own)
        others = (a for a in self.alternatives if not NEGATIONS.issuperset(a))
        return BestOf((words, *(self._alternative(a, field, boost) for a in others)))

    @property
    def _subject(self) -> Terms:
        return tuple(term for term in self.terms if term not in NEGATIONS) or self.terms

    def _alternative(self, terms: Terms, field: Field, boost: float) -> Node:
        # A phrase scores as the sum of its words: weighed so that three words for one, or one
        # for three, come to what the words of the question would.
        weight = boost * ALTERNATIVE_WEIGHT * len(self._subject) / len(terms)
        if len(terms) == 1:
            return Term(field, terms[0], weight)
        if field in WITH_POSITIONS:
            return Phrase(field, terms, boost=weight)
        return AllOf(tuple(Term(field, term, weight) for term in terms))


def expand(tokens: Sequence[Token], table: SynonymTable) -> tuple[Expansion, ...]:
    """The expansions of a question, in reading order, none of them sharing a word.

    Where phrases overlap the leftmost and then the longest wins, as in Lucene's synonym filter.
    """
    if not table:
        return ()
    content = [t for t in tokens[:_MAX_TOKENS] if t.kind is not TokenKind.STOP]
    found: list[Expansion] = []
    seen: set[str] = set()
    left = MAX_ALTERNATIVE_TERMS
    for (start, end), key in _matches(content, table):
        inside = (t.term for t in content if start <= t.start and t.end <= end)
        terms = tuple(term for term in dict.fromkeys(inside) if term not in seen)
        alternatives = _within(table[key], left)
        if terms and alternatives:
            found.append(Expansion(terms, alternatives))
            seen.update(terms)
            left -= sum(map(len, alternatives))
    return tuple(found)


def _matches(
    tokens: Sequence[Token], table: SynonymTable
) -> Iterator[tuple[tuple[int, int], Terms]]:
    taken: list[tuple[int, int]] = []
    for reading in (_whole(tokens), _parts(tokens)):
        at = 0
        while at < len(reading):
            key = _longest(reading[at : at + MAX_PHRASE_TERMS], table)
            start, end = reading[at].start, reading[at + max(len(key), 1) - 1].end
            if key and all(end <= s or e <= start for s, e in taken):
                taken.append((start, end))
                yield (start, end), key
            at += max(len(key), 1)


def _longest(tokens: Sequence[Token], table: SynonymTable) -> Terms:
    terms = tuple(token.term for token in tokens)
    return next((terms[:n] for n in range(len(terms), 0, -1) if terms[:n] in table), ())


def _within(alternatives: Sequence[Terms], limit: int) -> tuple[Terms, ...]:
    """The first of the alternatives that have at most ``limit`` terms together."""
    kept = []
    for alternative in alternatives:
        limit -= len(alternative)
        if limit < 0:
            break
        kept.append(alternative)
    return tuple(kept)


def word_clauses(
    terms: Iterable[str], expansions: Sequence[Expansion], field: Field, boost: float
) -> list[Node]:
    """One clause for every word of the question, and for every phrase that has alternatives."""
    expanded = {term for expansion in expansions for term in expansion.terms}
    plain: list[Node] = [Term(field, term, boost) for term in terms if term not in expanded]
    return plain + [expansion.clause(field, boost) for expansion in expansions]


# --- a text that was found -----------------------------------------------------------------------


def met_by(
    expansions: Iterable[Expansion], text_terms: Iterable[str], *, in_order: bool = True
) -> list[tuple[Expansion, Terms]]:
    """The expansions that a text with these terms meets in other words, and those words; side by
    side, unless in whatever order, as a field without positions is searched."""
    found = []
    terms = list(text_terms)
    text = f" {' '.join(terms)} "  # terms hold no space
    for expansion in expansions:
        for alternative in expansion.alternatives:
            beside = f" {' '.join(alternative)} " in text
            if beside or not (in_order or set(alternative).difference(terms)):
                found.append((expansion, alternative))
    return found


def asked_or_met(
    terms: Collection[str], expansions: Sequence[Expansion], text_terms: Iterable[str]
) -> set[str]:
    """The terms to mark in a text: those asked for, and alternatives that stand there whole."""
    met = met_by(expansions, text_terms) if expansions else ()
    return set(terms).union(*(alternative for _, alternative in met))
