"""A question as it stands in the box while it is being typed."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from search.analysis import japanese
from search.analysis.readings import hepburn, hiragana


@dataclass(frozen=True, slots=True)
class Typing:
    """A way of typing. ``spell``: what the word at the cut looks like, from its reading in
    katakana; None: as it is written."""

    languages: tuple[str, ...]
    spell: Callable[[str], str] | None = None


TYPINGS = {
    "success@5": Typing(("en", "ja")),
    "success@5_kana": Typing(("ja",), hiragana),
    "success@5_romaji": Typing(("ja",), hepburn),
}


def typed(text: str, share: float, way: Typing) -> str:
    """The box's content once ``share`` of the characters are typed.

    As an IME shows it, the words before the cut are converted, and the word at the cut stands
    there by the same share of its reading. Words are Sudachi's long units (mode C).
    """
    cut = ceil(share * len(text))
    if way.spell is None:
        return text[:cut]
    for word in japanese.read(text, long_units=True):
        end = word.start + len(word.surface)
        if cut < end:
            spelt = way.spell(word.reading)
            inside = (cut - word.start) / len(word.surface)
            return text[: word.start] + spelt[: ceil(inside * len(spelt))]
    return text
