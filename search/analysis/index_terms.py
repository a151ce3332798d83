"""Text to the terms an index stores, field by field."""

from search.analysis import readings
from search.analysis.analyser import analyse
from search.analysis.characters import fold, has_japanese
from search.analysis.characters import title_key as title_key

# Pairs carry Japanese words, triples English ones; more letters only repeat the words.
_GRAM_JAPANESE = 2
_GRAM_LATIN = 3


def field_terms(text: str, language: str) -> tuple[str, ...]:
    """The content terms of ``text`` in reading order, repetitions kept."""
    return analyse(text, language).terms


def grams(text: str) -> tuple[str, ...]:
    """Overlapping character pairs (Japanese) or triples (Latin, with the word's edges).

    They find what the dictionary splits otherwise and what is spelt a little differently.
    """
    found: list[str] = []
    for word in _words(text):
        if has_japanese(word):
            size, padded = _GRAM_JAPANESE, word
        else:
            size, padded = _GRAM_LATIN, f"_{word}_"
        if len(padded) <= size:
            found.append(padded)
        found.extend(padded[i : i + size] for i in range(len(padded) - size + 1))
    return tuple(found)


def _words(text: str) -> list[str]:
    spaced = "".join(character if character.isalnum() else " " for character in fold(text))
    return spaced.split()


def reading_terms(text: str, language: str) -> tuple[str, ...]:
    """The reading keys of ``text``; only Japanese text has readings worth a key."""
    return readings.window_keys(text) if language == "ja" or has_japanese(text) else ()
