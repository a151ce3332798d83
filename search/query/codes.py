"""Codes of products and errors: another code is another subject, however alike its article is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from search.analysis import Token, TokenKind, analyse
from search.engines.base import AllOf, AnyOf, Engine, EngineQuery, Field, Node, Phrase, Term

if TYPE_CHECKING:
    from search.query.understand import Question

# A letter first and three digits at the least: 256gb is a quantity, and short ones are words as
# well (2fa, o365, mp3).
_CODE = re.compile(r"(?=(?:.*[0-9]){3})[a-z][a-z0-9]{4,}")
_NO_DIGIT = re.compile("[^0-9]")
_PART = re.compile(r"[a-z]+|[0-9]+")
# Among digits alone: behind them they name a model (MF4410i).
_LIKE_DIGITS = re.compile("(?<=[0-9])[oil]+(?=[0-9])")
_DIGITS = str.maketrans("oil", "011")
# JPY1000 is an amount: the currencies most traded, by ISO 4217.
_AMOUNT = re.compile("(?:usd|eur|jpy|gbp|cny|aud|cad|chf|hkd|sgd|inr|krw|twd|yen)[0-9]+")
# A number is a code where it is called an error's, unless it is a year.
_NUMBER = re.compile(r"(?!(?:19|20)[0-9]{2}$)[0-9]{3,}")
_ERRORS = frozenset(("error", "エラー"))
_NAMES_OF_CODES = _ERRORS | {"code", "number", "コード", "番号"}
_BETWEEN = " \u3000:：#"


class Code(NamedTuple):
    """A code in one word, and where it stands in characters. ``parts``: the terms it may stand as
    in several words; none where one of them would be no term."""

    name: str
    parts: tuple[str, ...]
    start: int
    end: int

    def is_last_of(self, question: Question) -> bool:
        """Whether it is the last word, with nothing behind it: it may go on."""
        return self.end == len(question.text)

    @property
    def read(self) -> str:
        """The name with the digits that letters among digits were typed for: 1O42 is 1042."""
        return _LIKE_DIGITS.sub(lambda letters: letters[0].translate(_DIGITS), self.name)

    @property
    def digits(self) -> str:
        """The digits alone, which no typo makes another code's."""
        return _NO_DIGIT.sub("", self.read)


def codes_of(question: Question) -> tuple[Code, ...]:
    """The codes that a question is about; none where it says more than them, or where a synonym
    tells what one stands for."""
    named = [*by_form(question.searched), *_numbers_of_errors(question)]
    codes = tuple({code.name: code for code in named}.values())
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
    codes = codes_of(question)
    if not codes:
        return 1.0
    beside = len(_beside(question, codes))
    return beside / (beside + len(codes))


def unknown_codes(
    codes: tuple[Code, ...], engine: Engine, locale: str, visibilities: tuple[str, ...]
) -> tuple[Code, ...]:
    """The codes, where no article holds any of them: one that is held may be what is asked about.

    Raises EngineUnavailable.
    """
    is_held = any(
        engine.matches_any(EngineQuery(_holding(code), locale, visibilities)) for code in codes
    )
    return () if is_held else codes


def codes_in(text: str) -> list[Code]:
    """The codes of a text that are codes by their form."""
    return list(by_form(analyse(text, "").content))


def by_form(tokens: Iterable[Token]) -> Iterator[Code]:
    """The tokens that are codes by their form."""
    for token in tokens:
        if _CODE.fullmatch(token.term) and not _AMOUNT.fullmatch(token.term):
            yield Code(token.term, _parts(token.term), token.start, token.end)


def _numbers_of_errors(question: Question) -> Iterator[Code]:
    """Error 1043, エラーコード1043, 1043エラー; not where a word goes on from there: what is
    counted (error 5000 yen, エラー100件) is no code."""
    tokens = [token for token in question.tokens if token.kind is not TokenKind.CODE]
    for at, token in enumerate(tokens):
        if not _NUMBER.fullmatch(token.term):
            continue
        before, after = tokens[:at], tokens[at + 1 :]
        is_named_before = _ends_in_error(before) and _touch(question.text, before[-1], token)
        is_named_after = _ends_in_error(after[:1]) and _touch(question.text, token, after[0])
        if (is_named_before and _ends(after)) or (is_named_after and _ends(after[1:])):
            yield Code(token.term, (token.term,), token.start, token.end)


def _ends_in_error(tokens: Sequence[Token]) -> bool:
    """Whether the last words are "error" or "error code"."""
    names = [token.term for token in tokens[-2:]]
    if names and names[-1] in _NAMES_OF_CODES - _ERRORS:
        names.pop()
    return bool(names) and names[-1] in _ERRORS


def _touch(text: str, one: Token, other: Token) -> bool:
    return not text[one.end : other.start].strip(_BETWEEN)


def _ends(following: Sequence[Token]) -> bool:
    return not following or following[0].kind is TokenKind.STOP


def _parts(code: str) -> tuple[str, ...]:
    written = _PART.findall(code)
    terms = analyse(" ".join(written), "").terms
    return terms if len(terms) == len(written) else ()  # OR-1042: "or" is no term


def _holding(code: Code) -> Node:
    """Articles with the code in their text or labels, in one word or in several: ERR 1042."""
    in_one: tuple[Node, ...] = (Term(Field.TEXT, code.name), Term(Field.LABELS, code.name))
    if not code.parts:
        return AnyOf(in_one)
    in_labels = AllOf(tuple(Term(Field.LABELS, part) for part in code.parts))
    return AnyOf((*in_one, Phrase(Field.TEXT, code.parts), in_labels))
