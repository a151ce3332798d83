"""Japanese words by Sudachi: short units in their normal form, and their readings."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from sudachipy import Dictionary, SplitMode
from sudachipy import Tokenizer as SudachiTokenizer
from sudachipy.morpheme import Morpheme

from search.analysis.characters import fold, has_japanese
from search.analysis.values import Token, TokenKind

# Sudachi refuses longer input (49,149 bytes); a Japanese character takes up to four bytes.
_LONGEST_PIECE = 12_000
_SENTENCE_END = re.compile(r"(?<=[。．！？\n])")
_KATAKANA_LONG = re.compile(r"^[ァ-ヺー]{3,}ー$")
_SPACE = re.compile(r"\s+")

# Parts of speech without content. Negation (ない) is an auxiliary, and stays.
# Pronouns are questions (何, いつ, どこ, 誰) or point to something (これ).
_STOP_CLASSES = frozenset(("助詞", "助動詞", "補助記号", "空白", "記号", "接頭辞", "代名詞"))
_NEGATIONS = frozenset(("ない", "無い", "ぬ", "ず"))
# Light verbs, formal nouns, demonstratives, polite endings and the verbs of "tell me", in
# Sudachi's normal form (which writes some in kana, depending on the dictionary).
_STOP_WORDS = frozenset(
    "為る 出来る 有る 居る 下さる 頂く 御座る 呉れる 貰う 仕舞う 成る 言う 事 こと 物 もの 為 ため "
    "訳 わけ 様 よう 其れ 此れ 何れ 其の その 此の この 彼の あの 何の どの どんな そんな こんな "
    "如何 どう 何故 なぜ 何 何時 いつ 何処 どこ 誰 よる 於く おく 就く つく 教える 知る です "
    "ます".split()
)

_local = threading.local()


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="core")


def _tokenizer() -> SudachiTokenizer:
    # One dictionary a process, one tokenizer a thread: a tokenizer is not safe to share.
    tokenizer: SudachiTokenizer | None = getattr(_local, "tokenizer", None)
    if tokenizer is None:
        tokenizer = _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.A)
    return tokenizer


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """``text`` in pieces short enough for Sudachi, cut at sentence ends where there are any."""
    if len(text) <= _LONGEST_PIECE:
        yield 0, text
        return
    start, piece = 0, ""
    for sentence in _SENTENCE_END.split(text):
        if piece and len(piece) + len(sentence) > _LONGEST_PIECE:
            yield start, piece
            start, piece = start + len(piece), ""
        piece += sentence
        while len(piece) > _LONGEST_PIECE:
            yield start, piece[:_LONGEST_PIECE]
            start, piece = start + _LONGEST_PIECE, piece[_LONGEST_PIECE:]
    if piece:
        yield start, piece


def morphemes(text: str, mode: SplitMode = SplitMode.A) -> Iterator[tuple[int, Morpheme]]:
    """Sudachi's morphemes with the offset of the piece each belongs to."""
    for offset, piece in _pieces(text):
        for morpheme in _tokenizer().tokenize(piece, mode):
            yield offset, morpheme


@lru_cache(maxsize=100_000)
def _term_and_kind(surface: str, normal_form: str, part_of_speech: int) -> tuple[str, TokenKind]:
    """The term of a morpheme ("" for punctuation and other scripts) and its kind; a text repeats
    few of them."""
    if not has_japanese(surface):
        return "", TokenKind.STOP
    term = _SPACE.sub("", fold(normal_form))
    if not any(character.isalnum() for character in term):
        return "", TokenKind.STOP
    if term in _NEGATIONS:
        return "ない", TokenKind.WORD
    if _KATAKANA_LONG.match(term):
        term = term[:-1]  # サーバー and サーバ where the dictionary does not merge them
    is_stop = term in _STOP_WORDS or _dictionary().pos_of(part_of_speech)[0] in _STOP_CLASSES
    return term, TokenKind.STOP if is_stop else TokenKind.WORD


def tokens(text: str) -> Iterator[Token]:
    """The Japanese tokens of ``text``; words in other scripts are left out."""
    for offset, morpheme in morphemes(text):
        surface = morpheme.surface()
        if surface.isascii():
            continue
        term, kind = _term_and_kind(
            surface, morpheme.normalized_form(), morpheme.part_of_speech_id()
        )
        if term:
            start, end = offset + morpheme.begin(), offset + morpheme.end()
            yield Token(term, start, end, kind, morpheme.reading_form())


@dataclass(frozen=True, slots=True)
class Read:
    """A morpheme as written, its reading in katakana, and its offset."""

    surface: str
    reading: str
    start: int


def read(text: str, *, long_units: bool = False) -> Iterator[Read]:
    """The morphemes of ``text`` with their readings; long units are what an IME converts."""
    for offset, morpheme in morphemes(text, SplitMode.C if long_units else SplitMode.A):
        yield Read(morpheme.surface(), morpheme.reading_form(), offset + morpheme.begin())


def common_nouns() -> Iterator[tuple[str, str]]:
    """Surface and reading (katakana) of every common noun of the dictionary: some 1.6 million
    entries are looked at, which takes seconds."""
    for entry in _dictionary().entries():
        if entry.part_of_speech()[:2] == ("名詞", "普通名詞"):
            yield entry.surface(), entry.reading_form()
