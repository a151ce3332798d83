"""Titles as people mistype them: stated kinds of error at stated rates, the same for a seed.

The rates are this project's choice, not those of a study: every kind occurs often enough to be
reported on its own. One error a title, in one content word; a second, in another word, where the
title is longer than ``LONG_TITLE``. Which character is wrong is left to chance: the first one of a
word is as likely as any other.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from search.analysis import TokenKind, analyse, japanese
from search.analysis.readings import hiragana


class ErrorKind(StrEnum):
    """What went wrong at the keyboard or in the input method."""

    NEIGHBOUR = "neighbour"  # the key beside the right one
    OMISSION = "omission"
    TRANSPOSITION = "transposition"
    DOUBLING = "doubling"
    VOICING = "voicing"  # か for が, は for ぱ
    LONG_VOWEL = "long_vowel"  # ー left out or put in; おお for おう
    SMALL_KANA = "small_kana"  # っ or ゃ left out, or written large
    KANA_TRANSPOSITION = "kana_transposition"
    KANA_OMISSION = "kana_omission"
    KANA_DOUBLING = "kana_doubling"
    HOMOPHONE = "homophone"  # the input method's other word of the same reading


RATES: Mapping[str, Mapping[ErrorKind, float]] = {
    "en": {
        ErrorKind.NEIGHBOUR: 0.35,
        ErrorKind.OMISSION: 0.25,
        ErrorKind.TRANSPOSITION: 0.20,
        ErrorKind.DOUBLING: 0.20,
    },
    "ja": {
        ErrorKind.HOMOPHONE: 0.25,
        ErrorKind.VOICING: 0.20,
        ErrorKind.LONG_VOWEL: 0.15,
        ErrorKind.SMALL_KANA: 0.15,
        ErrorKind.KANA_OMISSION: 0.10,
        ErrorKind.KANA_DOUBLING: 0.05,
        ErrorKind.KANA_TRANSPOSITION: 0.10,
    },
}
LONG_TITLE = 30  # characters; a longer title gets a second error
SHORTEST_WORD = {"en": 4, "ja": 3}  # letters; kana of the reading

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # QWERTY, each row half a key to the right
_VOICED = (
    "かが きぎ くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ つづ てで とど "
    "はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ"
).split()
_LARGE = dict(zip("っゃゅょぁぃぅぇぉ", "つやゆよあいうえお", strict=True))
_TO_KATAKANA = {ord(c): chr(ord(c) + 0x60) for c in map(chr, range(0x3041, 0x3097))}
_O_ROW = "おこそとのほもよろごぞどぼぽょ"
_KATAKANA = re.compile("[ァ-ヺー]+")
_KANA = re.compile("[ぁ-ゖァ-ヺー]+")
_KANJI = re.compile("[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A title with errors; ``kinds`` names them in order."""

    text: str
    kinds: tuple[ErrorKind, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a title. ``spelling``: what is typed for it, letter by letter (in
    Japanese kana, as the word is read where it holds kanji)."""

    start: int
    end: int
    surface: str
    spelling: str


def mistype(title: str, language: str, seed: int) -> Mistyped | None:
    """``title`` with one or two errors; None where no word of it can be mistyped.

    The same title, language and seed always give the same errors.
    """
    chance = random.Random(f"{seed} {title}")  # noqa: S311 - a sample, not a secret
    words = _content_words(title, language)
    errors: list[tuple[Word, ErrorKind, str]] = []
    for _ in range(2 if len(title) > LONG_TITLE else 1):
        error = _draw(words, language, chance)
        if error is not None:
            errors.append(error)
            words = [word for word in words if word != error[0]]
    if not errors:
        return None
    errors.sort(key=lambda error: error[0].start)
    text = title
    for word, _, wrong in reversed(errors):
        text = text[: word.start] + wrong + text[word.end :]
    return Mistyped(text, tuple(kind for _, kind, _ in errors))


def _draw(
    words: Sequence[Word], language: str, chance: random.Random
) -> tuple[Word, ErrorKind, str] | None:
    """A kind by its rate among those that some word allows, then one of these words."""
    possible: dict[ErrorKind, list[tuple[Word, list[str]]]] = {}
    for kind in RATES[language]:
        found = [(word, wrong) for word in words if (wrong := misspellings(word, kind))]
        if found:
            possible[kind] = found
    if not possible:
        return None
    weights = [RATES[language][kind] for kind in possible]
    kind = chance.choices(list(possible), weights)[0]
    word, wrong = chance.choice(possible[kind])
    return word, kind, chance.choice(wrong)


def misspellings(word: Word, kind: ErrorKind) -> list[str]:
    """Every way to get ``word`` wrong by one error of this kind, as it then stands in the text.

    A doubled or left-out letter counts once for each place, so that all places are as likely.
    """
    if kind is ErrorKind.HOMOPHONE:
        return _homophones_of(word)
    found = _WAYS[kind](word.spelling)
    if _KATAKANA.fullmatch(word.surface):
        found = [text.translate(_TO_KATAKANA) for text in found]
        if kind is ErrorKind.LONG_VOWEL and word.surface[-1] not in "ーンッ":
            # Some spellings of loan words end with a bar and others do not.
            found.append(f"{word.surface}ー")
    return [cased for text in found if (cased := _cased(text, word.surface)) != word.surface]


def _cased(text: str, surface: str) -> str:
    if surface.isupper():
        return text.upper()
    return text[:1].upper() + text[1:] if surface[:1].isupper() else text


# --- words ------------------------------------------------------------------------------------


def _content_words(title: str, language: str) -> list[Word]:
    found = _english_words(title) if language == "en" else _japanese_words(title)
    return [word for word in found if len(word.spelling) >= SHORTEST_WORD[language]]


def _english_words(title: str) -> list[Word]:
    words = []
    for token in analyse(title, "en").tokens:
        surface = title[token.start : token.end]
        if token.kind is TokenKind.WORD and surface.isascii() and surface.isalpha():
            words.append(Word(token.start, token.end, surface, surface.lower()))
    return words


def _japanese_words(title: str) -> list[Word]:
    content = {(token.start, token.end) for token in analyse(title, "ja").content}
    words = []
    for read in japanese.read(title):
        end = read.start + len(read.surface)
        if (read.start, end) in content and (spelling := _typed_kana(read)):
            words.append(Word(read.start, end, read.surface, spelling))
    return words


def _typed_kana(read: japanese.Read) -> str:
    """The hiragana typed for a word; empty for what is no Japanese word."""
    kana = hiragana(read.surface if _KANA.fullmatch(read.surface) else read.reading)
    return kana if _KANA.fullmatch(kana) else ""


# --- errors of the hand -----------------------------------------------------------------------


@cache
def _neighbours() -> dict[str, str]:
    """Letter → the letters on the keys around it."""
    beside: dict[str, str] = {}
    for y, row in enumerate(_ROWS):
        for x, letter in enumerate(row):
            places = [
                (y, x - 1),
                (y, x + 1),
                (y - 1, x),
                (y - 1, x + 1),
                (y + 1, x - 1),
                (y + 1, x),
            ]
            beside[letter] = "".join(
                _ROWS[v][u] for v, u in places if 0 <= v < len(_ROWS) and 0 <= u < len(_ROWS[v])
            )
    return beside


def _neighbour(text: str) -> list[str]:
    return [
        text[:i] + other + text[i + 1 :]
        for i, letter in enumerate(text)
        for other in _neighbours().get(letter, "")
    ]


def _omission(text: str) -> list[str]:
    return [text[:i] + text[i + 1 :] for i in range(len(text))]


def _transposition(text: str) -> list[str]:
    return [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)]


def _doubling(text: str) -> list[str]:
    return [text[: i + 1] + text[i:] for i in range(len(text))]


# --- errors in kana ---------------------------------------------------------------------------


def _voicing(text: str) -> list[str]:
    return [
        text[:i] + other + text[i + 1 :]
        for i, kana in enumerate(text)
        for row in _VOICED
        if kana in row
        for other in row
        if other != kana
    ]


def _long_vowel(text: str) -> list[str]:
    dropped = [text[:i] + text[i + 1 :] for i, kana in enumerate(text) if kana == "ー"]
    swapped = [
        text[:i] + {"う": "お", "お": "う"}[text[i]] + text[i + 1 :]
        for i in range(1, len(text))
        if text[i - 1] in _O_ROW and text[i] in "うお"
    ]
    return dropped + swapped


def _small_kana(text: str) -> list[str]:
    found = []
    for i, kana in enumerate(text):
        if kana in _LARGE:
            found += [text[:i] + text[i + 1 :], text[:i] + _LARGE[kana] + text[i + 1 :]]
    return found


_WAYS: Mapping[ErrorKind, Callable[[str], list[str]]] = {
    ErrorKind.NEIGHBOUR: _neighbour,
    ErrorKind.OMISSION: _omission,
    ErrorKind.TRANSPOSITION: _transposition,
    ErrorKind.DOUBLING: _doubling,
    ErrorKind.VOICING: _voicing,
    ErrorKind.LONG_VOWEL: _long_vowel,
    ErrorKind.SMALL_KANA: _small_kana,
    ErrorKind.KANA_TRANSPOSITION: _transposition,
    ErrorKind.KANA_OMISSION: _omission,
    ErrorKind.KANA_DOUBLING: _doubling,
}


# --- errors of the input method ---------------------------------------------------------------


def _homophones_of(word: Word) -> list[str]:
    if not _KANJI.fullmatch(word.surface):
        return []
    normal = _normal_form(word.surface)
    others = homophones().get(word.spelling, ())
    return [other for other in others if _normal_form(other) != normal]


def _normal_form(word: str) -> str:
    # 變更 is 変更: another spelling is no error.
    return " ".join(analyse(word, "ja").terms)


@cache
def homophones() -> Mapping[str, tuple[str, ...]]:
    """Reading in hiragana → the words an input method may offer for it.

    Common nouns of Sudachi's dictionary, written in kanji of the first level of JIS X 0208 (those
    in ordinary use). Reading the whole dictionary takes some seconds.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for surface, reading in japanese.common_nouns():
        if _KANJI.fullmatch(surface) and all(map(_is_ordinary, surface)):
            found[hiragana(reading)].add(surface)
    return {reading: tuple(sorted(words)) for reading, words in found.items() if len(words) > 1}


def _is_ordinary(kanji: str) -> bool:
    # The first level stands at 0x889F to 0x9872 in Shift JIS.
    code = kanji.encode("shift_jis", "ignore")
    return b"\x88\x9f" <= code <= b"\x98\x72"
