"""English words, and every Latin-script run in other languages."""

import re
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

from search.analysis.characters import fold
from search.analysis.values import Token, TokenKind

# One run: words joined by the connectors of codes, versions, addresses and compounds.
RUN = re.compile(r"[^\W_]+(?:(?:[-_./:@#+&=%~]|['’ʼ＇])[^\W_]+)*|[^\W_]+")
_PART = re.compile(r"[^\W_]+(?:['’ʼ＇][^\W_]+)*")
_APOSTROPHE = re.compile(r"['’ʼ＇]")
_POSSESSIVE = re.compile(r"['’ʼ＇]s$")
_JOINER = re.compile(r"[-_]")
# Letters and digits that some write apart (Windows 2019, 256 GB); fewer are one name: mp3, 2fa.
_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]{2,})(\d{2,})|(\d{2,})([^\W\d_]{2,})")

# Words that carry no subject. Negations stay: "not", "no" and "without" change the answer.
STOP_WORDS = frozenset(
    "a about am an and any are as at be been being but by can could did do does doing for from "
    "had has have having he her him his how i if in into is it its may me might my of on or our "
    "please shall she should so some such than that the their them then there these they this "
    "those to us was we were what when where which while who whom whose why will with would you "
    "your im ive whats hows".split()
)
# Negated auxiliaries keep their meaning as "not".
_NEGATIONS = frozenset(
    "dont doesnt didnt cant cannot couldnt isnt arent wasnt wont wouldnt hasnt havent hadnt "
    "shouldnt mustnt neednt".split()
)

# Endings that the stemmer takes off, of which a word in progress may hold a part: applicat, settin.
_ENDINGS = (
    "ability able ably al ally ance ances ancy ate ates ation ations ator ed edly ely ement ence "
    "ences ency ent er ers es est ful fully ibility ible ied ies ily iness ing ings ion ions ise "
    "ised iser ises ish ising ity ive ively iveness ization ize ized izer izes izing less ly ment "
    "ments ness or ors ous ously"
).split()
SHORTEST_STEM = 2  # letters
LONGEST_WORD = 40  # letters; what is longer is no word

_stemmer = Stemmer.Stemmer("english", 0)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The word's stem (Snowball "english"); words with digits stay as they are."""
    if not word.isalpha():
        return word
    return str(_stemmer.stemWord(word))


@lru_cache(maxsize=10_000)
def stems_passed(beginning: str) -> tuple[str, ...]:
    """The stems of words that begin so in letters and not in their stem, for an ending has begun:
    "applic" of "applicat". In no order of likelihood; some are of words that do not exist."""
    if not (beginning.isascii() and beginning.isalpha()) or len(beginning) > LONGEST_WORD:
        return ()
    words = {
        beginning.removesuffix(ending[:typed]) + ending
        for ending in _ENDINGS
        for typed in range(min(len(ending), len(beginning) - SHORTEST_STEM + 1))
        if beginning.endswith(ending[:typed])
    }
    stems = {s for s in _stemmer.stemWords(list(words)) if not s.startswith(beginning)}
    return tuple(sorted(s for s in stems if len(s) >= SHORTEST_STEM))


def word_token(word: str, start: int, end: int) -> Token | None:
    """One word as a token; None where folding leaves nothing."""
    folded = _APOSTROPHE.sub("", _POSSESSIVE.sub("", fold(word)))
    if not folded:
        return None
    if folded in _NEGATIONS:
        return Token("not", start, end)
    kind = TokenKind.STOP if folded in STOP_WORDS else TokenKind.WORD
    return Token(folded if kind is TokenKind.STOP else stem(folded), start, end, kind)


def tokens(text: str, offset: int = 0) -> Iterator[Token]:
    """The tokens of ``text``; ``offset`` is added to every position.

    A run with connectors, or of letters and digits, yields itself whole, without hyphens ("wi-fi"
    and "wifi" are one term, so are "ERR-1042" and "err1042"), and then its parts.
    """
    for run in RUN.finditer(text):
        whole, at = run.group(), offset + run.start()
        found = (
            _remembered(whole) if whole.isalnum() and len(whole) <= LONGEST_WORD else _of_run(whole)
        )
        for term, start, end, kind, _ in found:
            yield Token(term, at + start, at + end, kind)


@lru_cache(maxsize=50_000)
def _remembered(run: str) -> tuple[Token, ...]:
    """``_of_run``; a text repeats most of its words."""
    return tuple(_of_run(run))


def _of_run(run: str) -> Iterator[Token]:
    """The tokens of one run, with places in it."""
    parts = list(_PART.finditer(run))
    if len(parts) > 1:
        term = _JOINER.sub("", fold(run))
        term = term if not term.isalpha() else stem(term)
        yield Token(term, 0, len(run), TokenKind.CODE)
    for part in parts:
        yield from _of_part(part.group(), part.start())


def _of_part(part: str, start: int) -> Iterator[Token]:
    words = [(part, 0)]
    if both := _LETTERS_AND_DIGITS.fullmatch(part):
        yield Token(fold(part), start, start + len(part), TokenKind.CODE)
        words = [(both[group], both.start(group)) for group in range(1, 5) if both[group]]
    for word, at in words:
        token = word_token(word, start + at, start + at + len(word))
        if token is not None:
            yield token
