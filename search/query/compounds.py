"""Words that some write together and others apart: gift card, giftcard.

Neither is a mistake, so each also finds the other, as synonyms do. Which of them an article holds
tells the index; Japanese is cut by a dictionary, the same way in questions and articles.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from search.analysis import Token, TokenKind
from search.analysis.characters import fold, has_japanese
from search.analysis.english import STOP_WORDS, stem
from search.engines.base import Engine, EngineQuery, Field, Phrase
from search.query.synonyms import Expansion
from search.query.understand import MAX_TERMS, Question

# Letters of the first and the last part of a word: set up, user id. A shorter beginning is mostly
# a prefix, which nobody writes apart (re-start).
SHORTEST_PARTS = (3, 2)
LONGEST = 40  # letters; what is longer is no word

Pair = tuple[str, str]


def with_compounds(
    question: Question, engine: Engine, visibilities: Sequence[str], *, in_progress: bool
) -> Question:
    """The question with what it says together or apart as further synonyms, where articles of
    ``visibilities`` write it otherwise. A word in progress is left as it is.

    Raises EngineUnavailable.
    """
    taken = {term for expansion in question.synonyms for term in expansion.terms}
    if in_progress:
        taken |= question.unfinished_terms
    words = [
        token
        for token in question.words[:MAX_TERMS]
        if token.kind is TokenKind.WORD and token.term not in taken and _is_latin(question, token)
    ]
    joined = {pair: whole for pair, whole in _joined(question, words) if pair[0] != pair[1]}
    parts = {token.term: list(_parts(question, token)) for token in words}
    terms = {*joined.values(), *(term for pairs in parts.values() for p in pairs for term in p)}
    known = engine.known_terms(question.locale, list(terms), visibilities) if terms else frozenset()

    def is_held(pair: Pair) -> bool:
        phrase = Phrase(Field.TEXT, pair)
        return known.issuperset(pair) and engine.matches_any(
            EngineQuery(phrase, question.locale, tuple(visibilities))
        )

    apart = ((term, tuple(filter(is_held, pairs))) for term, pairs in parts.items())
    found = [Expansion(pair, ((whole,),)) for pair, whole in joined.items() if whole in known]
    found += [Expansion((term,), pairs) for term, pairs in apart if pairs]
    return replace(question, synonyms=(*question.synonyms, *_disjoint(found)))


def _is_latin(question: Question, token: Token) -> bool:
    word = question.text[token.start : token.end]
    return word.isalpha() and len(word) <= LONGEST and not has_japanese(word)


def _joined(question: Question, words: Sequence[Token]) -> Iterator[tuple[Pair, str]]:
    """The terms of two words with a space between, and the term of both without it."""
    for one, other in pairwise(words):
        if question.text[one.end : other.start] == " ":
            whole = question.text[one.start : other.end].replace(" ", "")
            yield (one.term, other.term), stem(fold(whole))


def _parts(question: Question, token: Token) -> Iterator[Pair]:
    """The terms of what a word may be in two, wherever it is cut."""
    word = fold(question.text[token.start : token.end])
    first, last = SHORTEST_PARTS
    for at in range(first, len(word) - last + 1):
        parts = word[:at], word[at:]
        pair = stem(parts[0]), stem(parts[1])
        if STOP_WORDS.isdisjoint(parts) and pair[0] != pair[1]:
            yield pair


def _disjoint(expansions: Iterable[Expansion]) -> Iterator[Expansion]:
    """The expansions that share no word with an earlier one."""
    seen: set[str] = set()
    for expansion in expansions:
        if seen.isdisjoint(expansion.terms):
            seen.update(expansion.terms)
            yield expansion
