"""What analysis yields."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

# The terms of negations in both languages: they change what is said of a subject and are none.
# "Without" is not among them: what is to be left out is a subject.
NEGATIONS = frozenset(("not", "no", "ない"))


class TokenKind(StrEnum):
    """What a token was made from."""

    WORD = "word"  # a word in the language's normal form
    CODE = "code"  # a product code, version, address or other run kept whole
    STOP = "stop"  # a word without content; kept for phrases and offsets, not searched


class Token(NamedTuple):  # a text has thousands: a frozen dataclass takes three times as long
    """One term and where it stands: ``start`` and ``end`` are character offsets. ``reading``: of a
    Japanese word, in katakana, as its neighbours have it."""

    term: str
    start: int
    end: int
    kind: TokenKind = TokenKind.WORD
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The tokens of a text in reading order; several may share a place (a code and its parts)."""

    tokens: tuple[Token, ...]

    @property
    def content(self) -> tuple[Token, ...]:
        """The tokens that carry meaning."""
        return tuple(token for token in self.tokens if token.kind is not TokenKind.STOP)

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of the content tokens, in order, repetitions kept."""
        return tuple(token.term for token in self.content)
