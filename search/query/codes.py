"""Codes of products and errors: another code is another subject, however alike its article is."""

import re

from search.analysis import analyse
from search.engines.base import AllOf, AnyOf, Engine, EngineQuery, Field, Node, Phrase, Term
from search.query.understand import Question

# A letter first and three digits at the least: 256gb is a quantity, and short ones are words as
# well (2fa, o365, mp3).
_CODE = re.compile(r"(?=(?:.*[0-9]){3})[a-z][a-z0-9]{4,}")
_PART = re.compile(r"[a-z]+|[0-9]+")


def codes_of(question: Question) -> tuple[str, ...]:
    """The codes that a question is about; none where it says more than them, or where a synonym
    tells what one stands for."""
    named = [token for token in question.searched if _CODE.fullmatch(token.term)]
    beside = [
        token
        for token in question.searched
        if all(token.end <= code.start or code.end <= token.start for code in named)
    ]
    meant = {term for expansion in question.synonyms for term in expansion.terms}
    codes = tuple(dict.fromkeys(token.term for token in named))
    return codes if len(beside) <= len(codes) and meant.isdisjoint(codes) else ()


def are_unknown(
    codes: tuple[str, ...], engine: Engine, locale: str, visibilities: tuple[str, ...]
) -> bool:
    """Whether there are codes, and no article holds any of them. Raises EngineUnavailable."""
    return bool(codes) and not any(
        engine.matches_any(EngineQuery(_holding(code), locale, visibilities)) for code in codes
    )


def _holding(code: str) -> Node:
    """Articles with the code in their text or labels, in one word or in several: ERR 1042."""
    parts = analyse(" ".join(_PART.findall(code)), "").terms
    return AnyOf(
        (
            Term(Field.TEXT, code),
            Phrase(Field.TEXT, parts),
            Term(Field.LABELS, code),
            AllOf(tuple(Term(Field.LABELS, part) for part in parts)),
        )
    )
