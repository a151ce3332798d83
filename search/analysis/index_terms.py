"""Text to the terms an index stores, field by field."""

from search.analysis import readings, sounds
from search.analysis.analyser import analyse
from search.analysis.characters import fold
from search.analysis.characters import title_key as title_key
from search.analysis.values import TokenKind


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


def reading_terms(text: str, language: str) -> tuple[str, ...]:
    """The reading keys of ``text``, in Latin letters, and its sound keys, in kana; only Japanese
    text has readings worth a key."""
    if not readings.are_indexed(text, language):
        return ()
    return readings.window_keys(text) + sounds.sound_keys(text)
