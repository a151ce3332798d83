"""Sound keys: kana in which what is mistyped in kana is levelled.

か and が, よ and ょ, おう, おお and おー, ささ and さ are one, and っ is nothing. Two words of one
key are not the same word; it is asked for only where a word as written is unknown.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from search.analysis.characters import fold
from search.analysis.readings import ReadWord, hiragana, read_words

# A word of the index is one to three of Sudachi's short units: 検索, 領収|書, ダッシュ|ボード.
WINDOW = 3
SHORTEST = 3  # kana; shorter keys belong to too many words
LONGEST = 100  # characters; what is cut here is cut alike in question and index
# Before the key of a whole title: no edit distance that is asked for makes it a word's.
WHOLE = "~~~"

_KANA = re.compile("[ぁ-ゖァ-ヺー]+")
_LATIN = re.compile("[a-z0-9]")
_MARKS = re.compile("[\u3099\u309a]")  # voiced and half-voiced, once taken apart from their kana
_DROPPED = re.compile("[^ぁ-んa-z0-9]|っ")
_LARGE = str.maketrans("ぁぃぅぇぉゃゅょゎゕゖ", "あいうえおやゆよわかけ")
_LONG_VOWELS = re.compile("(?<=[おこそとのほもよろを])[うお]+|(?<=[えけせてねへめれ])[いえ]+")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def sound(reading: str) -> str:
    """The sound key of a reading in kana; Latin letters stay, other characters are dropped."""
    kana = _MARKS.sub("", unicodedata.normalize("NFD", hiragana(fold(reading))))
    kana = _DROPPED.sub("", kana).translate(_LARGE)
    return _REPEATED.sub(r"\1", _LONG_VOWELS.sub("", kana))[:LONGEST]


def sound_of(words: Sequence[ReadWord]) -> str:
    """The sound key of words that stand beside each other."""
    return sound("".join(word.reading for word in words))


def whole_sound(text: str) -> str:
    """The key of a whole title or question, told apart from those of words; empty if none."""
    key = sound_of(read_words(text))
    return WHOLE + key if len(key) >= SHORTEST else ""


def sound_keys(text: str) -> tuple[str, ...]:
    """The keys an index holds for a title: the whole one, and those of its words."""
    words = read_words(text)
    windows = (
        sound_of(words[i : i + length])
        for length in range(1, WINDOW + 1)
        for i in range(len(words) - length + 1)
    )
    # Latin words have no sound to level; the index holds them as they are spelt.
    keys = (key for key in windows if len(key) >= SHORTEST and not _LATIN.search(key))
    return tuple(dict.fromkeys(key for key in (whole_sound(text), *keys) if key))


def is_kana(text: str) -> bool:
    """Whether ``text`` is written in kana alone."""
    return _KANA.fullmatch(text) is not None
