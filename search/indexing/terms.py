"""The analysed texts of an article and their stored form.

Nothing here needs Django set up: worker processes import this module, analyse, and send back the
packed form.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from search.analysis import ANALYSIS_VERSION, Token, TokenKind, analyse
from search.analysis.index_terms import (
    field_terms,
    reading_terms,
    spelling_terms,
    title_key,
    word_reading_terms,
    words,
)
from search.engines.base import Field

TermPlace = tuple[str, int, int]  # term, start and end in characters

# Short texts that are stored analysed; the others are stored with their offsets instead.
_SHORT_FIELDS = (
    Field.QUESTIONS,
    Field.HEADINGS,
    Field.WORDS,
    Field.READINGS,
    Field.TITLE_KEYS,
    Field.TEXT_READINGS,
    Field.SPELLINGS,
)
_FORMAT = b"T3"  # another one for every other layout
# Format, hash of the text, number of tokens, of terms with content, bytes of vocabulary, of each
# column's numbers.
_HEADER = struct.Struct("<2s8sIII3B")
_CODES = {1: "B", 2: "H", 4: "I"}  # of struct, by width


@dataclass(frozen=True)  # without slots, which leave no room for what is cached
class Texts:
    """The texts of one article that analysis looks at. ``questions``: other ways to ask."""

    locale: str
    title: str
    questions: tuple[str, ...] = ()
    summary: str = ""
    headings: tuple[str, ...] = ()
    body: str = ""

    @cached_property
    def digest(self) -> str:
        """Hash of the texts and of what analysis makes of them."""
        return digest_of(
            ANALYSIS_VERSION,
            self.locale,
            self.title,
            self.questions,
            self.summary,
            self.headings,
            self.body,
        )


@dataclass(frozen=True, slots=True)
class PackedTerms:
    """Analysed texts as they are stored: tokens with offsets of title and summary, those of the
    body that have content, other terms."""

    title_tokens: bytes
    summary_tokens: bytes
    body_tokens: bytes
    terms: bytes


@dataclass(frozen=True, slots=True)
class ShortTokens:
    """The packed tokens of an article's title and short answer, for what shows them without the
    body; empty where none are stored."""

    title: bytes = b""
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one article's texts could not be analysed."""

    error: str


def digest_of(*parts: object) -> str:
    """A 128-bit hash (hexadecimal) of plain values."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def analyse_texts(texts: Texts) -> PackedTerms:
    """Analyse everything of one article."""
    asked = (texts.title, *texts.questions)
    spoken = {text: analyse(text, texts.locale) for text in (*asked, texts.summary, texts.body)}
    summary, body = spoken[texts.summary].content, spoken[texts.body].content
    short = {
        Field.QUESTIONS: _joined(field_terms(text, texts.locale) for text in texts.questions),
        Field.HEADINGS: _joined(field_terms(text, texts.locale) for text in texts.headings),
        Field.WORDS: _distinct(words(text) for text in asked),
        Field.READINGS: _distinct(reading_terms(text, texts.locale) for text in asked),
        Field.TITLE_KEYS: _distinct((title_key(text),) for text in asked),
        Field.TEXT_READINGS: _distinct(
            (
                word_reading_terms(texts.summary, summary),
                word_reading_terms(texts.body, body),
            )
        ),
        Field.SPELLINGS: _distinct(
            spelling_terms(text, analysis.tokens) for text, analysis in spoken.items()
        ),
    }
    return PackedTerms(
        pack_tokens(texts.title, spoken[texts.title].tokens),
        pack_tokens(texts.summary, spoken[texts.summary].tokens),
        pack_tokens(texts.body, body),
        _pack_terms(short),
    )


def analyse_many(batch: Sequence[Texts]) -> list[PackedTerms | Failure]:
    """``analyse_texts`` of each; what fails says why and does not stop the others."""
    return [_analyse_safely(texts) for texts in batch]


def _analyse_safely(texts: Texts) -> PackedTerms | Failure:
    try:
        return analyse_texts(texts)
    except Exception as error:  # the text is anybody's; the article gets parked with the reason
        return Failure(f"{type(error).__name__}: {error}")


def _joined(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(term for terms in parts for term in terms)


def _distinct(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for term in _joined(parts) if term))


# --- stored form ------------------------------------------------------------------------------


def pack_tokens(text: str, tokens: Sequence[Token]) -> bytes:
    """Tokens in reading order as one blob that knows which text they belong to.

    Layout: header, distinct terms by line, stop words last, then three columns: the number of each
    token's term, how far its start is from the one before, and its length. Each is of the narrowest
    unsigned numbers that hold it; that is hardly longer than compressed, and read in no time.

    Raises ValueError where the tokens are in another order.
    """
    content = _numbered(t.term for t in tokens if t.kind is not TokenKind.STOP)
    stop = _numbered((t.term for t in tokens if t.kind is TokenKind.STOP), len(content))
    vocabulary = "\n".join((*content, *stop)).encode("utf-8", "surrogatepass")
    starts = np.array([token.start for token in tokens], np.int64)
    columns = (
        np.array(
            [(stop if t.kind is TokenKind.STOP else content)[t.term] for t in tokens], np.int64
        ),
        np.diff(starts, prepend=0),
        np.array([token.end for token in tokens], np.int64) - starts,
    )
    if any(column.min(initial=0) < 0 for column in columns):
        raise ValueError("the tokens are not in reading order")
    widths = [_width(column) for column in columns]
    counts = len(tokens), len(content), len(vocabulary)
    header = _HEADER.pack(_FORMAT, _text_hash(text), *counts, *widths)
    packed = (
        column.astype(f"<u{width}").tobytes() for column, width in zip(columns, widths, strict=True)
    )
    return header + vocabulary + b"".join(packed)


def _numbered(terms: Iterable[str], first: int = 0) -> dict[str, int]:
    """The distinct terms in order, with numbers from ``first`` on."""
    return {term: number for number, term in enumerate(dict.fromkeys(terms), first)}


def _width(column: NDArray[np.int64]) -> int:
    """Bytes that each number of a column takes."""
    return np.min_scalar_type(column.max(initial=0)).itemsize


class _Blob(NamedTuple):
    """Where the parts of a blob are. ``vocabulary``: the terms by line; ``tokens``: how many there
    are; ``content``: how many terms are no stop words; ``columns``: start and width of numbers,
    starts, lengths."""

    text_hash: bytes
    vocabulary: bytes
    tokens: int
    content: int
    columns: list[tuple[int, int]]

    def terms(self) -> list[str]:
        """The distinct terms in the order of their numbers."""
        return self.vocabulary.decode("utf-8", "surrogatepass").split("\n")


def _opened(blob: bytes) -> _Blob | None:
    """None where an earlier release has written it."""
    if len(blob) < _HEADER.size or not blob.startswith(_FORMAT):
        return None
    _, text_hash, count, content, size, *widths = _HEADER.unpack_from(blob)
    at = _HEADER.size + size
    starts = accumulate((count * width for width in widths), initial=at)
    columns = list(zip(starts, widths, strict=False))
    return _Blob(text_hash, blob[_HEADER.size : at], count, content, columns)


def unpack_tokens(blob: bytes, text: str, *, with_stop_words: bool = False) -> list[TermPlace]:
    """The tokens of ``text`` that have content, or all that were packed; none when the blob was
    made from another text."""
    found = _opened(blob)
    if found is None or found.text_hash != _text_hash(text):
        return []
    numbers, steps, lengths = (_column(blob, found, column) for column in range(3))
    places = zip(numbers, accumulate(steps), lengths, strict=True)
    terms = found.terms()
    kept = len(terms) if with_stop_words else found.content
    return [
        (terms[number], start, start + length) for number, start, length in places if number < kept
    ]


def unpack_content(blob: bytes, text: str) -> tuple[str, ...]:
    """The terms of ``unpack_tokens``, without their places."""
    found = _opened(blob)
    if found is None or found.text_hash != _text_hash(text):
        return ()
    terms, numbers = found.terms(), _column(blob, found, 0)
    return tuple(terms[number] for number in numbers if number < found.content)


def _column(blob: bytes, found: _Blob, column: int) -> tuple[int, ...]:
    # Not numpy: most texts are titles, of a few tokens.
    at, width = found.columns[column]
    return struct.unpack_from(f"<{found.tokens}{_CODES[width]}", blob, at)


def find_tokens(
    blob: bytes, wanted: Collection[str], within: tuple[int, int] | None = None
) -> list[TermPlace]:
    """Those of ``unpack_tokens`` whose term is wanted, without unpacking the others, nor a look at
    the text: for these stands one empty term, wherever there are any between two. ``within``: only
    those that begin between these places."""
    found = _opened(blob)
    if found is None or not found.tokens:
        return []
    terms = _numbers_of(wanted, found.vocabulary)
    if not terms:
        return []
    numbers, steps, lengths = (
        np.frombuffer(blob, f"<u{width}", found.tokens, offset=at) for at, width in found.columns
    )
    is_wanted = np.zeros(found.vocabulary.count(b"\n") + 1, bool)
    is_wanted[list(terms)] = True
    at = is_wanted[numbers].nonzero()[0]
    starts = steps.cumsum(dtype=np.uint32)[at]
    if within is not None:
        first, end = starts.searchsorted(within)
        at, starts = at[first:end], starts[first:end]
    places: list[TermPlace] = []
    columns = (at, numbers[at], starts, lengths[at])
    before = None
    for place, number, start, length in zip(*(c.tolist() for c in columns), strict=True):
        if before is not None and place > before + 1:
            places.append(("", start, start))
        places.append((terms[number], start, start + length))
        before = place
    return places


def _numbers_of(wanted: Iterable[str], vocabulary: bytes) -> dict[int, str]:
    """Those of the terms that occur, by their numbers. Not by decoding all others: a body has some
    hundreds."""
    lines = b"\n%b\n" % vocabulary
    places = {
        term: lines.find(b"\n%b\n" % term.encode("utf-8", "surrogatepass")) for term in wanted
    }
    return {lines.count(b"\n", 0, place): term for term, place in places.items() if place >= 0}


def _text_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _pack_terms(terms: Mapping[Field, Sequence[str]]) -> bytes:
    lines = {field.value: list(terms[field]) for field in _SHORT_FIELDS}
    return zlib.compress(json.dumps(lines, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def unpack_terms(blob: bytes) -> dict[Field, tuple[str, ...]]:
    """The terms of the short fields."""
    lines = json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass"))
    return {Field(name): tuple(terms) for name, terms in lines.items()}
