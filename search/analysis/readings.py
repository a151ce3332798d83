"""Reading keys: kana, romaji and half-typed mixtures of both folded to one spelling.

A key is lower-case Hepburn-like romaji in which everything that typists vary is levelled: Kunrei
spellings, long vowels, doubled consonants, n before labials. Both sides are folded by the same
rules, so it does not matter that a key is no correct romanisation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.analysis import japanese
from search.analysis.characters import fold, has_japanese

_VOWELS = "aiueo"
_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "s": "サ_スセソ",
    "t": "タ__テト",
    "n": "ナニヌネノ",
    "h": "ハヒ_ヘホ",
    "m": "マミムメモ",
    "y": "ヤ_ユ_ヨ",
    "r": "ラリルレロ",
    "w": "ワ____",
    "g": "ガギグゲゴ",
    "z": "ザ_ズゼゾ",
    "d": "ダ__デド",
    "b": "バビブベボ",
    "p": "パピプペポ",
}
_KANA = {
    kana: consonant + vowel
    for consonant, row in _ROWS.items()
    for kana, vowel in zip(row, _VOWELS, strict=True)
    if kana != "_"
} | {
    "シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu",
    "ヲ": "o", "ン": "n", "ヴ": "bu", "ヰ": "i", "ヱ": "e", "ッ": "", "ー": "",
    "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ャ": "ya", "ュ": "yu", "ョ": "yo",
    "ヮ": "wa", "ヵ": "ka", "ヶ": "ka",
}  # fmt: skip
# Kunrei, Nihon-shiki and keyboard spellings to the Hepburn the kana table uses; longest first.
_SPELLINGS = (
    (r"(?:x|l)(?:tsu|tu)", ""), (r"(?:x|l)(?=y?[aiueo])", ""), (r"n'|n-", "n"), ("-", ""),
    ("[ct]ch", "ch"),
    ("thi", "ti"), ("dhi", "di"), ("sy", "sh"), ("ty|cy", "ch"), ("zy|jy|dy", "j"),
    ("si", "shi"), ("ti", "chi"), ("tu", "tsu"), ("(?<![cs])hu", "fu"), ("zi|di", "ji"),
    ("du|dzu", "zu"), ("wo", "o"), ("v", "b"), ("c(?!h)", "k"), ("l", "r"), ("q", "k"),
    ("x", "ks"),
)  # fmt: skip
_SPELLING_RULES = [(re.compile(pattern), replacement) for pattern, replacement in _SPELLINGS]
_HIRAGANA = str.maketrans({chr(c): chr(c + 0x60) for c in range(0x3041, 0x3097)})
_KATAKANA = {ord(katakana): chr(hiragana) for hiragana, katakana in _HIRAGANA.items()}
_SMALL_Y = re.compile(r"([キギニヒビピミリ])([ャュョ])")
_SMALL_Y_PALATAL = re.compile(r"([シチジヂ])([ャュョェ])")
_SMALL_VOWEL = re.compile(r"([フヴウテデト])([ァィェォゥ])")
_KANA_CHARACTER = re.compile("[ァ-ヺー]")
_NOT_KANA = re.compile("[^ァ-ヺー]")
_RUN = re.compile(r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９'’-]+|[^A-Za-z0-9Ａ-Ｚａ-ｚ０-９'’\s-]+")
_NOT_LETTER = re.compile(r"[^a-z0-9]+")
# Of one letter side by side: three are 委員 behind いい, more are a key that is held down.
MOST_OF_A_LETTER = 3
_HELD_DOWN = re.compile(rf"([^\W\dー])\1{{{MOST_OF_A_LETTER},}}")
# How many morphemes a key in the index spans. Eight cover the titles people type in full kana.
WINDOW = 8
MAX_KEY_LENGTH = 60
# Letters at the end of a key that what follows may change: chi, tsu.
SYLLABLE = 3


def _romanise(katakana: str) -> str:
    text = _SMALL_Y_PALATAL.sub(
        lambda m: (
            {"シ": "sh", "チ": "ch"}.get(m[1], "j")
            + {"ャ": "a", "ュ": "u", "ョ": "o", "ェ": "e"}[m[2]]
        ),
        katakana,
    )
    text = _SMALL_Y.sub(lambda m: _KANA[m[1]][0] + _KANA[m[2]], text)
    text = _SMALL_VOWEL.sub(
        lambda m: (
            {"フ": "f", "ヴ": "b", "ウ": "w", "テ": "t", "デ": "d", "ト": "t"}[m[1]] + _KANA[m[2]]
        ),
        text,
    )
    return _KANA_CHARACTER.sub(lambda m: _KANA.get(m[0], ""), text)


def hiragana(katakana: str) -> str:
    """A reading in katakana as it is typed: in hiragana."""
    return katakana.translate(_KATAKANA)


def hepburn(katakana: str) -> str:
    """A reading in katakana as it is typed in Latin letters: っ doubles the next consonant, ー is
    a hyphen."""
    spelt = _romanise(katakana.replace("ー", "-").replace("ッ", "*"))
    return re.sub(r"\*+(?:(ch)|([a-z]))?", lambda m: "tch" if m[1] else (m[2] or "") * 2, spelt)


def _level(romaji: str) -> str:
    text = romaji
    for pattern, replacement in _SPELLING_RULES:
        text = pattern.sub(replacement, text)
    text = re.sub("m(?=[bpm])", "n", text)
    text = re.sub(r"([bcdfghjkmnprstwyz])\1+", r"\1", text)
    text = re.sub("o[ou]+", "o", text)
    text = re.sub("e[ie]+", "e", text)
    return re.sub(r"([aiu])\1+", r"\1", text)


@lru_cache(maxsize=50_000)
def key(katakana_or_latin: str) -> str:
    """The reading key of a text in kana, Latin letters or both; other characters are dropped."""
    text = fold(katakana_or_latin).translate(_HIRAGANA)
    return _level(_NOT_LETTER.sub("", _romanise(text).replace("-", "")))


# What an exact key keeps of long vowels and doubled consonants while it is spelt in Latin letters.
_LONG, _DOUBLED = "_", "*"
_NOT_EXACT = re.compile(f"[^a-z0-9{_LONG}]")
# "nn" is one ん to an input method: kannri; before a vowel it may be んn: konnichi.
_SYLLABIC_N = re.compile("n(?=n[^aiueoyn]|n$)|n(?=nn)|m(?=[bpm])")


@lru_cache(maxsize=100_000)
def exact_key(katakana_or_latin: str) -> str:
    """As ``key``, but with long vowels and doubled consonants as they are: こう is not こ."""
    kana = fold(katakana_or_latin).translate(_HIRAGANA)
    text = _NOT_EXACT.sub("", hepburn(kana).replace("-", _LONG))
    for pattern, replacement in _SPELLING_RULES:
        text = pattern.sub(replacement, text)
    awaited = _DOUBLED if kana.endswith("ッ") else ""  # which consonant, is not known yet
    return _SYLLABIC_N.sub(lambda m: "n" if m[0] == "m" else "", text) + awaited


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word, its reading (katakana, or as typed in Latin letters) and where it stands."""

    reading: str
    start: int
    end: int


# A question is read for several purposes, and a title at every letter that it is shown for.
@lru_cache(maxsize=1_000)
def read_words(text: str) -> tuple[ReadWord, ...]:
    """The words of ``text`` with their readings. Kanji are read by the dictionary; kana and Latin
    letters are taken as written."""
    words = []
    for run in _RUN.finditer(text):
        if not has_japanese(run.group()):
            words.append(ReadWord(run.group(), run.start(), run.end()))
            continue
        for morpheme in japanese.read(run.group()):
            kana = fold(morpheme.surface).translate(_HIRAGANA)
            reading = morpheme.reading if _NOT_KANA.search(kana) else kana
            start = run.start() + morpheme.start
            words.append(ReadWord(reading, start, start + len(morpheme.surface)))
    return tuple(word for word in words if any(map(str.isalnum, word.reading)))


def are_indexed(text: str, language: str) -> bool:
    """Whether an index holds reading keys of such a text: only Japanese has readings."""
    return language == "ja" or has_japanese(text)


def window_keys(text: str) -> tuple[str, ...]:
    """The keys an index holds for ``text``: from every word on, over up to ``WINDOW`` words.

    A question in progress is a prefix of one of them, wherever in the title it begins.
    """
    words = [word.reading for word in read_words(text)]
    keys = (key("".join(words[i : i + WINDOW]))[:MAX_KEY_LENGTH] for i in range(len(words)))
    return tuple(dict.fromkeys(k for k in keys if k))


@lru_cache(maxsize=100_000)
def word_key(word: str) -> str:
    """The key of a word read by itself; a text repeats few of them."""
    return key("".join(part.reading for part in read_words(word)))


def span_read_as(text: str, typed: Sequence[str]) -> tuple[int, int] | None:
    """Start and end of the words of ``text`` that are read as one of the ``typed`` keys begins."""
    if not typed:
        return None
    words = read_words(text)
    initials = {prefix[0] for prefix in typed}
    for i, first in enumerate(words):
        alone = key(first.reading)
        # What follows may change the first letter of a single syllable (テ, ティ).
        if len(alone) > 2 and alone[0] not in initials:
            continue
        for j in range(i, min(i + WINDOW, len(words))):
            read = key("".join(word.reading for word in words[i : j + 1]))
            if any(read.startswith(prefix) for prefix in typed):
                return first.start, words[j].end
            settled = read[:-SYLLABLE]
            if not any(prefix.startswith(settled) for prefix in typed):
                break
    return None


# A consonant at the end may still become another letter of the key: t + u is "tsu", t + i "chi".
_OPEN_ENDINGS = {"t": ("ch",), "h": ("f",), "z": ("j",), "d": ("j", "z"), "c": ("ch", "k")}
# Kana at the end may be half of a contracted syllable: ち + ゅ is "chu", り + ょ "ryo".
_HALF_SYLLABLE = re.compile("[きしちにひみりぎじびぴキシチニヒミリギジビピ]$")


def typed_keys(text: str) -> tuple[str, ...]:
    """The prefixes to look up for ``text`` in progress, likeliest first; empty if none."""
    if _HELD_DOWN.search(fold(text)):  # ああああ would be levelled to あ, which begins everything
        return ()
    return _going_on(key("".join(w.reading for w in read_words(text)))[:MAX_KEY_LENGTH], text)


def typed_exact_keys(text: str) -> tuple[str, ...]:
    """``typed_keys`` of kana or Latin letters, exactly."""
    return _going_on(exact_key(text).rstrip(_DOUBLED), text)


def _going_on(whole: str, text: str) -> tuple[str, ...]:
    """The key of ``text`` and what it may become a beginning of."""
    if not whole:
        return ()
    variants = [whole[:-1] + other for other in _OPEN_ENDINGS.get(whole[-1], ())]
    if _HALF_SYLLABLE.search(text):
        stem = whole.removesuffix("i")
        variants.append(stem if stem.endswith(("sh", "ch", "j")) else f"{stem}y")
    return (whole, *variants)
