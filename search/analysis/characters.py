"""Characters: cleaning a question, folding a text, telling scripts apart."""

import re
import unicodedata

# Controls, lone surrogates and invisible direction marks: they are never part of a question.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ud800-\udfff\ufff9-\uffff]"
)
# Hiragana, katakana (half-width too), kanji, and the marks that stand inside Japanese words.
JAPANESE = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\u3300-\u33ff\u3220-\u32fe\U00020000-\U0003ffff]"
)
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """``text`` with a space for every control character, lone surrogate and direction mark."""
    return _INVISIBLE.sub(" ", text)


def fold(text: str) -> str:
    """Width, compatibility and case variants made equal (NFKC, casefold)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def folded_in_place(text: str) -> str | None:
    """``fold(text)`` where every part of it is the same part of ``text``, folded; None where a
    character may have become several, or several one."""
    if text.isascii():
        return text.lower()
    folded = text.casefold()
    is_in_place = (
        len(folded) == len(text)
        and unicodedata.is_normalized("NFKC", text)
        and unicodedata.is_normalized("NFKC", folded)
    )
    return folded if is_in_place else None


def title_key(text: str, limit: int = 200) -> str:
    """The letters and digits of ``text``, folded, in one run: two spellings that differ only in
    width, case, spaces or punctuation are equal. At most ``limit`` characters."""
    return _NOT_ALPHANUMERIC.sub("", fold(text))[:limit]


def has_japanese(text: str) -> bool:
    """Whether any character is kana or kanji."""
    return not text.isascii() and JAPANESE.search(text) is not None
