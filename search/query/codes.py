"""Codes of products and errors: another code is another subject, however alike its article is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from search.analysis import Token, TokenKind, analyse
from search.analysis.characters import fold
from search.engines.base import AllOf, AnyOf, Engine, EngineQuery, Field, Node, Phrase, Prefix, Term

if TYPE_CHECKING:
    from search.query.understand import Question

# A letter first and three digits at the least: 256gb is a quantity, and short ones are words as
# well (2fa, o365, mp3).
_CODE = re.compile(r"(?=(?:.*[0-9]){3})[a-z][a-z0-9]{4,}")
_NUMBER = re.compile(r"[0-9]{3,}")
_LETTERS = re.compile(r"[a-z]{2,}")
_NO_DIGIT = re.compile("[^0-9]")
_PART = re.compile(r"[a-z]+|[0-9]+")
# JPY1000 is an amount: the currencies most traded, by ISO 4217.
_AMOUNT = re.compile("(?:usd|eur|jpy|gbp|cny|aud|cad|chf|hkd|sgd|inr|krw|twd|yen)[0-9]+")
# What a number beside them is the code of, in normal form.
_NAMES_OF_CODES = frozenset(("error", "code", "エラー", "コード"))


class Code(NamedTuple):
    """A code in one word, and where it stands in characters. ``parts``: as it may stand in several
    words. ``is_certain``: by its form; else only where articles hold other codes that begin with
    its letters."""

    name: str
    parts: tuple[str, ...]
    start: int
    end: int
    is_certain: bool = True

    @property
    def digits(self) -> str:
        """The digits alone, which no typo makes another code's."""
        return _NO_DIGIT.sub("", self.name)


def codes_of(question: Question) -> tuple[Code, ...]:
    """The codes that a question is about; none where it says more than them, or where a synonym
    tells what one stands for."""
    codes = tuple({code.name: code for code in _named(question)}.values())
    meant = {term for expansion in question.synonyms for term in expansion.terms}
    is_meant_otherwise = not meant.isdisjoint(code.name for code in codes)
    return () if is_meant_otherwise or len(_beside(question, codes)) > len(codes) else codes


def _beside(question: Question, codes: Sequence[Code]) -> list[Token]:
    """The words beside the codes that do not name them as such."""
    return [
        token
        for token in question.searched
        if token.term not in _NAMES_OF_CODES
        and all(token.end <= code.start or code.end <= token.start for code in codes)
    ]


def share_of_words(question: Question) -> float:
    """How much of a question is said in words, 0 to 1: vectors tell codes hardly apart."""
    codes = [code for code in codes_of(question) if code.is_certain]
    if not codes:
        return 1.0
    beside = len(_beside(question, codes))
    return beside / (beside + len(codes))


def unknown_codes(
    codes: Iterable[Code], engine: Engine, locale: str, visibilities: Sequence[str]
) -> list[Code]:
    """Those that no article holds, or none of them where an article holds one: it may say what is
    asked. Raises EngineUnavailable."""

    def is_held(node: Node) -> bool:
        return engine.matches_any(EngineQuery(node, locale, tuple(visibilities)))

    certain = [code for code in codes if code.is_certain or is_held(_family(code))]
    return [] if any(is_held(_holding(code)) for code in certain) else certain


def codes_in(text: str) -> list[Code]:
    """The codes of a text that are codes by their form."""
    return list(by_form(analyse(text, "").content))


def by_form(tokens: Iterable[Token]) -> Iterator[Code]:
    """The tokens that are codes by their form."""
    for token in tokens:
        if _CODE.fullmatch(token.term) and not _AMOUNT.fullmatch(token.term):
            yield Code(token.term, _parts(token.term), token.start, token.end)


def _named(question: Question) -> Iterator[Code]:
    yield from by_form(question.searched)
    words = [token for token in question.searched if token.kind is not TokenKind.CODE]
    for one, other in pairwise(words):
        yield from _in_two_words(question.text, one, other)


def _in_two_words(text: str, one: Token, other: Token) -> Iterator[Code]:
    """What is named as error 1043, or written as ERR 1043."""
    for name, number in ((one, other), (other, one)):
        if name.term in _NAMES_OF_CODES and _NUMBER.fullmatch(number.term):
            yield Code(number.term, (number.term,), number.start, number.end)
            return
    letters = fold(text[one.start : one.end])
    is_apart = text[one.end : other.start].isspace()
    if is_apart and _LETTERS.fullmatch(letters) and _NUMBER.fullmatch(other.term):
        parts = (one.term, other.term)
        yield Code(letters + other.term, parts, one.start, other.end, is_certain=False)


def _parts(code: str) -> tuple[str, ...]:
    return analyse(" ".join(_PART.findall(code)), "").terms


def _family(code: Code) -> Node:
    """Articles with a code of the same letters."""
    letters = code.name.rstrip("0123456789")
    return AnyOf(tuple(Prefix(Field.TEXT, f"{letters}{digit}") for digit in range(10)))


def _holding(code: Code) -> Node:
    """Articles with the code in their text or labels, in one word or in several: ERR 1042."""
    return AnyOf(
        (
            Term(Field.TEXT, code.name),
            Phrase(Field.TEXT, code.parts),
            Term(Field.LABELS, code.name),
            AllOf(tuple(Term(Field.LABELS, part) for part in code.parts)),
        )
    )
