"""Words that are written in more than one way: gift card and giftcard, colour and color.

None is a mistake, so each also finds the others, as synonyms do, where articles hold them. Japanese
needs none of it: its dictionary levels questions and articles alike.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from search.analysis import NEGATIONS, Token, TokenKind
from search.analysis.characters import fold
from search.analysis.english import LONGEST_WORD, STOP_WORDS, stem
from search.engines.base import Engine, EngineQuery, Field, Phrase
from search.query.rules import Terms
from search.query.synonyms import MAX_ALTERNATIVE_TERMS, Expansion
from search.query.understand import MAX_TERMS, Question

# Letters of the first and the last part of a word: set up, user id. A shorter beginning is mostly
# a prefix, which nobody writes apart (re-start).
SHORTEST_PARTS = (3, 2)
# Of a question: each asks the engine whether two words stand side by side anywhere.
MOST_CUTS = 8
_NEGATIONS = NEGATIONS | {"without"}

# British and American endings: the one, the other, what may follow. Cancelled and canceled have
# one stem, as have other words with doubled letters.
_ENDINGS = (
    ("our", "or", "(s|ed|er|ers|ing|al|able|ably|ful|hood|ite|ites|y)?$"),
    ("is", "iz", "(e|ed|es|er|ers|ing|able|ation|ations|ational)$"),
    ("ys", "yz", "(e|ed|es|er|ers|ing)$"),
    ("tre", "ter", "(s)?$"),
    ("ogue", "og", "(s)?$"),
    ("enc", "ens", "(e|es|ed|ing)$"),  # licence, defence
    ("amme", "am", "(s)?$"),
)
_RESPELT = [
    (re.compile(one + rest), other)
    for british, american, rest in _ENDINGS
    for one, other in ((british, american), (american, british))
]


def with_variants(
    question: Question, engine: Engine, visibilities: Sequence[str], left: Collection[str] = ()
) -> Question:
    """The question with the other ways to write its words as further synonyms, where articles of
    ``visibilities`` write them so; the terms ``left`` stay as they are.

    Raises EngineUnavailable.
    """
    words = [word for word in _words(question) if word.term not in left]
    whole = list(_joined(question, words))
    respelt = [(word, term) for word in words for term in _respelt(word)]
    asked = {*(word.term for word in words), *(term for _, term in (*whole, *respelt))}
    if not asked:
        return question
    known = engine.known_terms(question.locale, list(asked), visibilities)
    found: dict[Terms, list[Terms]] = {}
    for word, term in respelt:
        if term in known:
            found.setdefault((word.term,), []).append((term,))
    unknown = [word for word in words if word.term not in known]
    for word, pair in _apart(unknown, question.locale, engine, visibilities):
        found.setdefault((word.term,), []).append(pair)
    for terms, term in whole:
        if term in known:
            found.setdefault(terms, []).append((term,))
    return replace(question, synonyms=tuple(_merged(question.synonyms, found)))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word in ASCII letters, folded, its term and where it starts."""

    text: str
    term: str
    start: int


def _words(question: Question) -> Iterator[_Word]:
    for token in question.words[:MAX_TERMS]:
        text = _letters(question, token)
        if token.kind is TokenKind.WORD and text:
            yield _Word(text, token.term, token.start)


def _letters(question: Question, token: Token) -> str:
    """A token as it is written, folded; empty where that is no word in ASCII letters."""
    text = fold(question.text[token.start : token.end])
    return text if text.isascii() and text.isalpha() and len(text) <= LONGEST_WORD else ""


def _joined(question: Question, words: Sequence[_Word]) -> Iterator[tuple[Terms, str]]:
    """The terms of two words with a space between, and the term of both without it. The second may
    be a stop word, which is no term: log in."""
    at = {word.start: word for word in words}
    for first, second in pairwise(question.tokens):
        one, text = at.get(first.start), _letters(question, second)
        between = question.text[first.end : second.start]
        is_stop = second.kind is TokenKind.STOP
        if one is None or not text or not (is_stop or second.start in at):
            continue
        if not between.isspace() or "\n" in between or _NEGATIONS & {one.text, text}:
            continue
        terms = (one.term,) if is_stop else (one.term, second.term)
        term = stem(one.text + text)
        # "able" is an ending to the stemmer: of "user able" it leaves the one word.
        if term not in terms and len({*terms}) == len(terms):
            yield terms, term


def _respelt(word: _Word) -> Iterator[str]:
    """The terms of the other spellings of a word."""
    for pattern, other in _RESPELT:
        if match := pattern.search(word.text):
            term = stem(f"{word.text[: match.start()]}{other}{match[1] or ''}")
            # A stem without the letters in question is another word's: personalize, person.
            if term != word.term and len(term) > match.start():
                yield term


def _apart(
    unknown: Iterable[_Word], locale: str, engine: Engine, visibilities: Sequence[str]
) -> Iterator[tuple[_Word, Terms]]:
    """The terms of the two words that an unknown one is somewhere, side by side."""
    cuts = [(word, pair) for word in unknown for pair in _cuts(word.text)]
    if not cuts:
        return
    known = engine.known_terms(locale, list({t for _, pair in cuts for t in pair}), visibilities)
    for word, pair in islice((cut for cut in cuts if known.issuperset(cut[1])), MOST_CUTS):
        phrase = EngineQuery(Phrase(Field.TEXT, pair), locale, tuple(visibilities))
        if engine.matches_any(phrase):
            yield word, pair


def _cuts(word: str) -> Iterator[Terms]:
    """The terms of what a word may be in two, wherever it is cut."""
    first, last = SHORTEST_PARTS
    for at in range(first, len(word) - last + 1):
        parts = word[:at], word[at:]
        pair = stem(parts[0]), stem(parts[1])
        if STOP_WORDS.isdisjoint(parts) and pair[0] != pair[1]:
            yield pair


def _merged(
    synonyms: Sequence[Expansion], found: Mapping[Terms, Sequence[Terms]]
) -> Iterator[Expansion]:
    """The synonyms with what was found for the same words, and what was found besides. None shares
    a word with an earlier one; at most MAX_ALTERNATIVE_TERMS are added."""
    seen: set[str] = set()
    for rule in synonyms:
        seen.update(rule.terms)
        others = tuple(
            other for other in found.get(rule.terms, ()) if other not in rule.alternatives
        )
        yield replace(rule, alternatives=rule.alternatives + others)
    room = MAX_ALTERNATIVE_TERMS
    for terms, ways in found.items():
        room -= sum(map(len, ways))
        if room >= 0 and seen.isdisjoint(terms):
            seen.update(terms)
            yield Expansion(terms, tuple(ways))
