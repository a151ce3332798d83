"""Words that are written in more than one way: gift card and giftcard, cancelled and canceled.

None is a mistake, so each also finds the others, as synonyms do. Which of them an article holds
tells the index. Japanese needs none of it: its dictionary levels questions and articles alike.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from search.analysis import TokenKind
from search.analysis.characters import fold, has_japanese
from search.analysis.english import STOP_WORDS, stem
from search.engines.base import Engine, EngineQuery, Field, Phrase
from search.query.rules import Terms
from search.query.synonyms import Expansion
from search.query.understand import MAX_TERMS, Question

# Letters of the first and the last part of a word: set up, user id. A shorter beginning is mostly
# a prefix, which nobody writes apart (re-start).
SHORTEST_PARTS = (3, 2)
LONGEST = 40  # letters; what is longer is no word

_VERB = "(e|ed|es|er|ers|ing|ation|ations)$"
# British and American endings: what comes before, the one, the other, what may follow.
_ENDINGS = (
    ("", "our", "or", "(s|ed|er|ers|ing|al|able|ful|ite|ites)?$"),
    ("", "is", "iz", _VERB),
    ("", "ys", "yz", "(e|ed|es|er|ers|ing)$"),
    ("(?<=[ae])", "ll", "l", "(ed|er|ers|ing|ation|ations)$"),  # cancelled, signalling
    ("", "tre", "ter", "(s|d)?$"),
    ("", "ogue", "og", "(s|d)?$"),
    ("", "ence", "ense", "(s|d)?$"),  # licence, defence
    ("", "amme", "am", "(s|d)?$"),
)
_RESPELT = [
    (re.compile(before + one + rest), rf"{other}\1")
    for before, british, american, rest in _ENDINGS
    for one, other in ((british, american), (american, british))
]


def with_variants(
    question: Question, engine: Engine, visibilities: Sequence[str], *, in_progress: bool
) -> Question:
    """The question with the other ways to write its words as further synonyms, where articles of
    ``visibilities`` write them so. A word in progress is left as it is.

    Raises EngineUnavailable.
    """
    taken = {term for expansion in question.synonyms for term in expansion.terms}
    if in_progress:
        taken |= question.unfinished_terms
    words = [word for word in _words(question) if word.term not in taken]
    joined = dict(_joined(question, words))
    others = {word.term: list(_others(word)) for word in words}
    wanted = {*joined.values(), *(term for ways in others.values() for way in ways for term in way)}
    if not wanted:
        return question
    known = engine.known_terms(question.locale, list(wanted), visibilities)

    def is_held(way: Terms) -> bool:
        if not known.issuperset(way):
            return False
        query = EngineQuery(Phrase(Field.TEXT, way), question.locale, tuple(visibilities))
        return len(way) == 1 or engine.matches_any(query)

    found = [Expansion(pair, ((whole,),)) for pair, whole in joined.items() if whole in known]
    for term, ways in others.items():
        if held := tuple(filter(is_held, ways)):
            found.append(Expansion((term,), held))
    return replace(question, synonyms=(*question.synonyms, *_disjoint(found)))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word in Latin letters, its term and where it stands."""

    text: str
    term: str
    start: int
    end: int


def _words(question: Question) -> Iterator[_Word]:
    for token in question.words[:MAX_TERMS]:
        text = question.text[token.start : token.end]
        if token.kind is TokenKind.WORD and _is_latin(text):
            yield _Word(fold(text), token.term, token.start, token.end)


def _is_latin(word: str) -> bool:
    return word.isalpha() and len(word) <= LONGEST and not has_japanese(word)


def _joined(question: Question, words: Sequence[_Word]) -> Iterator[tuple[Terms, str]]:
    """The terms of two words with a space between, and the term of both without it."""
    for one, other in pairwise(words):
        if question.text[one.end : other.start] == " " and one.term != other.term:
            yield (one.term, other.term), stem(one.text + other.text)


def _others(word: _Word) -> Iterator[Terms]:
    """The terms of what a word may be in two, wherever it is cut, and of its other spellings."""
    first, last = SHORTEST_PARTS
    for at in range(first, len(word.text) - last + 1):
        parts = word.text[:at], word.text[at:]
        pair = stem(parts[0]), stem(parts[1])
        if STOP_WORDS.isdisjoint(parts) and pair[0] != pair[1]:
            yield pair
    for pattern, other in _RESPELT:
        respelt, changes = pattern.subn(other, word.text)
        if changes and stem(respelt) != word.term:
            yield (stem(respelt),)


def _disjoint(expansions: Iterable[Expansion]) -> Iterator[Expansion]:
    """The expansions that share no word with an earlier one."""
    seen: set[str] = set()
    for expansion in expansions:
        if seen.isdisjoint(expansion.terms):
            seen.update(expansion.terms)
            yield expansion
