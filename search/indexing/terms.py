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

import numpy as np

from search.analysis import ANALYSIS_VERSION, Token, analyse
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

# Short texts that are stored analysed; title and body are stored with their offsets instead.
_SHORT_FIELDS = (
    Field.QUESTIONS,
    Field.SUMMARY,
    Field.HEADINGS,
    Field.WORDS,
    Field.READINGS,
    Field.TITLE_KEYS,
    Field.TEXT_READINGS,
    Field.SPELLINGS,
)
_HEADER = struct.Struct("<8sII")  # hash of the text, number of tokens, bytes of vocabulary


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one article that analysis looks at. ``questions``: other ways to ask."""

    locale: str
    title: str
    questions: tuple[str, ...] = ()
    summary: str = ""
    headings: tuple[str, ...] = ()
    body: str = ""

    @property
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
    """Analysed texts as they are stored: tokens with offsets of title and body, other terms."""

    title_tokens: bytes
    body_tokens: bytes
    terms: bytes


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
    title, body = spoken[texts.title].content, spoken[texts.body].content
    summary = spoken[texts.summary].content
    short = {
        Field.QUESTIONS: _joined(field_terms(text, texts.locale) for text in texts.questions),
        Field.SUMMARY: tuple(token.term for token in summary),
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
        pack_tokens(texts.title, title),
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
    """Tokens as one compressed blob that knows which text they belong to.

    Layout: header, distinct terms by line, then for every token the number of its term, its
    start and its end, each as a column of unsigned 32-bit numbers (columns compress and unpack
    several times better than rows).
    """
    numbers: dict[str, int] = {}
    for token in tokens:
        numbers.setdefault(token.term, len(numbers))
    vocabulary = "\n".join(numbers).encode("utf-8", "surrogatepass")
    columns = [
        *(numbers[token.term] for token in tokens),
        *(token.start for token in tokens),
        *(token.end for token in tokens),
    ]
    header = _HEADER.pack(_text_hash(text), len(tokens), len(vocabulary))
    return zlib.compress(header + vocabulary + struct.pack(f"<{len(columns)}I", *columns))


def unpack_tokens(blob: bytes, text: str) -> list[TermPlace]:
    """The tokens of ``text``; none when the blob was made from another text."""
    data = zlib.decompress(blob)
    text_hash, count, size = _HEADER.unpack_from(data)
    if text_hash != _text_hash(text):
        return []
    start = _HEADER.size
    terms = data[start : start + size].decode("utf-8", "surrogatepass").split("\n")
    columns = struct.unpack_from(f"<{3 * count}I", data, start + size)
    return [
        (terms[number], begin, end)
        for number, begin, end in zip(
            columns[:count], columns[count : 2 * count], columns[2 * count :], strict=True
        )
    ]


def find_tokens(blob: bytes, text: str, wanted: Collection[str]) -> list[TermPlace]:
    """Those of ``unpack_tokens`` whose term is wanted, without unpacking the others: for these
    stands one empty term, wherever there are any between two."""
    data = zlib.decompress(blob)
    text_hash, count, size = _HEADER.unpack_from(data)
    if text_hash != _text_hash(text):
        return []
    start = _HEADER.size
    terms = data[start : start + size].decode("utf-8", "surrogatepass").split("\n")
    numbers = [terms.index(term) for term in set(wanted).intersection(terms)]
    if not numbers or not count:
        return []
    is_wanted = np.zeros(len(terms), bool)
    is_wanted[numbers] = True
    columns = np.frombuffer(data, "<u4", 3 * count, offset=start + size).reshape(3, count)
    at = np.flatnonzero(is_wanted[columns[0]])
    follows = np.diff(at, prepend=at[:1]) <= 1
    places: list[TermPlace] = []
    for (number, begin, end), is_next in zip(columns[:, at].T.tolist(), follows, strict=True):
        if not is_next:
            places.append(("", begin, begin))
        places.append((terms[number], begin, end))
    return places


def _text_hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _pack_terms(terms: Mapping[Field, Sequence[str]]) -> bytes:
    lines = {field.value: list(terms[field]) for field in _SHORT_FIELDS}
    return zlib.compress(json.dumps(lines, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def unpack_terms(blob: bytes) -> dict[Field, tuple[str, ...]]:
    """The terms of the short fields."""
    lines = json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass"))
    return {Field(name): tuple(terms) for name, terms in lines.items()}
