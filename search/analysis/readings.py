"""Reading keys: kana, romaji and half-typed mixtures of both folded to one spelling.

A key is lower-case Hepburn-like romaji in which everything that typists vary is levelled: Kunrei
spellings, long vowels, doubled consonants, n before labials. Both sides are folded by the same
rules, so it does not matter that a key is no correct romanisation.
"""

import re
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
    ("thi", "ti"), ("dhi", "di"), ("sy", "sh"), ("ty|cy", "ch"), ("zy|jy", "j"), ("dy", "j"), ("si", "shi"), ("ti", "chi"),
    ("tu", "tsu"), ("(?<![cs])hu", "fu"), ("zi|di", "ji"), ("du|dzu", "zu"), ("wo", "o"), ("v", "b"),
    ("c(?!h)", "k"), ("l", "r"), ("q", "k"), ("x", "ks"),
)  # fmt: skip
_SPELLING_RULES = [(re.compile(pattern), replacement) for pattern, replacement in _SPELLINGS]
_HIRAGANA = str.maketrans({chr(c): chr(c + 0x60) for c in range(0x3041, 0x3097)})
_SMALL_Y = re.compile(r"([キギニヒビピミリ])([ャュョ])")
_SMALL_Y_PALATAL = re.compile(r"([シチジヂ])([ャュョェ])")
_SMALL_VOWEL = re.compile(r"([フヴウテデト])([ァィェォゥ])")
_KANA_CHARACTER = re.compile("[ァ-ヺー]")
_NOT_LETTER = re.compile(r"[^a-z0-9]+")
# How many morphemes a key in the index spans. Eight cover the titles people type in full kana.
WINDOW = 8
MAX_KEY_LENGTH = 60


def _romanise(katakana: str) -> str:
    text = _SMALL_Y_PALATAL.sub(
        lambda m: {"シ": "sh", "チ": "ch"}.get(m[1], "j")
        + {"ャ": "a", "ュ": "u", "ョ": "o", "ェ": "e"}[m[2]],
        katakana,
    )
    text = _SMALL_Y.sub(lambda m: _KANA[m[1]][0] + _KANA[m[2]], text)
    text = _SMALL_VOWEL.sub(
        lambda m: {"フ": "f", "ヴ": "b", "ウ": "w", "テ": "t", "デ": "d", "ト": "t"}[m[1]]
        + _KANA[m[2]],
        text,
    )
    return _KANA_CHARACTER.sub(lambda m: _KANA.get(m[0], ""), text)


def _level(romaji: str) -> str:
    text = romaji
    for pattern, replacement in _SPELLING_RULES:
        text = pattern.sub(replacement, text)
    text = text.replace("tch", "ch")
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


def readings(text: str) -> list[str]:
    """The reading of every word of ``text`` in order, in katakana or as typed (Latin, digits).

    Kanji are read by the dictionary; kana is taken as written.
    """
    words = []
    for run in re.split(r"([A-Za-z0-9Ａ-Ｚａ-ｚ０-９'’-]+)|\s+", text):
        if not run:
            continue
        if not has_japanese(run):
            words.append(run)
            continue
        for surface, reading in japanese.reading(run):
            kana = fold(surface).translate(_HIRAGANA)
            words.append(kana if not re.search("[^ァ-ヺー]", kana) else reading)
    return [word for word in words if any(character.isalnum() for character in word)]


def window_keys(text: str) -> tuple[str, ...]:
    """The keys an index holds for ``text``: from every word on, over up to ``WINDOW`` words.

    A question in progress is a prefix of one of them, wherever in the title it begins.
    """
    words = readings(text)
    keys = (key("".join(words[i : i + WINDOW]))[:MAX_KEY_LENGTH] for i in range(len(words)))
    return tuple(dict.fromkeys(k for k in keys if k))


# A consonant at the end may still become another letter of the key: t + u is "tsu", t + i "chi".
_OPEN_ENDINGS = {"t": ("ch",), "h": ("f",), "z": ("j",), "d": ("j", "z"), "c": ("ch", "k")}


def typed_keys(text: str) -> tuple[str, ...]:
    """The prefixes to look up for ``text`` in progress, likeliest first; empty if none."""
    whole = key("".join(readings(text)))[:MAX_KEY_LENGTH]
    if not whole:
        return ()
    # A lone letter at the end is a mora that is not finished; Latin n may be ん or な.
    variants = [whole[:-1] + other for other in _OPEN_ENDINGS.get(whole[-1], ())]
    return (whole, *variants)
