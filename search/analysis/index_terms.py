"""Text to the terms an index stores, field by field."""

from collections.abc import Iterable

from search.analysis import readings, sounds
from search.analysis.analyser import analyse
from search.analysis.characters import fold, has_japanese
from search.analysis.characters import title_key as title_key
from search.analysis.values import Token, TokenKind

SPELT = "|"  # between a reading and its word


def field_terms(text: str, language: str) -> tuple[str, ...]:
    """The content terms of ``text`` in reading order, repetitions kept."""
    return analyse(text, language).terms


def words(text: str) -> tuple[str, ...]:
    """The distinct words of ``text`` as they are spelt, folded: what a prefix or a typo of a word
    is compared with. Japanese words occur in their dictionary form as well."""
    found: dict[str, None] = {}
    for token in analyse(text, "").tokens:
        found[fold(text[token.start : token.end])] = None
        if token.kind is TokenKind.WORD:
            found[token.term] = None
    return tuple(word for word in found if not any(c.isspace() for c in word))


def word_reading_terms(text: str, tokens: Iterable[Token]) -> tuple[str, ...]:
    """The reading keys of the Japanese words of ``text``; ``tokens``: what ``analyse`` found."""
    words = dict.fromkeys(text[token.start : token.end] for token in tokens)
    keys = (readings.word_key(word) for word in words if has_japanese(word))
    return tuple(dict.fromkeys(k for k in keys if k))


def spelling_terms(text: str, tokens: Iterable[Token]) -> tuple[str, ...]:
    """The Japanese words of ``text``, particles among them, each behind its exact reading key;
    ``tokens``: what ``analyse`` found."""
    if not has_japanese(text):
        return ()
    words = dict.fromkeys((t.reading, text[t.start : t.end]) for t in tokens if t.reading)
    terms = (f"{readings.exact_key(reading)}{SPELT}{fold(word)}" for reading, word in words)
    return tuple(dict.fromkeys(term for term in terms if not term.startswith(SPELT)))


def reading_terms(text: str, language: str) -> tuple[str, ...]:
    """The reading keys of ``text``, in Latin letters, and its sound keys, in kana; only Japanese
    text has readings worth a key."""
    if not readings.are_indexed(text, language):
        return ()
    return readings.window_keys(text) + sounds.sound_keys(text)
