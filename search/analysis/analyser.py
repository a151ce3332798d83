"""``analyse``: one function for index, question, highlight and grouping."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from operator import attrgetter

from search.analysis import english, japanese
from search.analysis.characters import JAPANESE, fold, has_japanese
from search.analysis.values import Analysis, Token, TokenKind

# Grows with every change of what analysis yields or how it is stored; an index of another version
# is rebuilt.
CODE_VERSION = 10
ANALYSIS_VERSION = f"{CODE_VERSION}-{version('SudachiDict-core')}"

_JAPANESE_RUN = re.compile(f"{JAPANESE.pattern}+")
MAX_TERM_LENGTH = 200  # what is cut here is cut alike in every engine
LONGEST_REMEMBERED = 400  # characters: of questions and titles


def analyse(text: str, language: str) -> Analysis:
    """The tokens of ``text``.

    Scripts decide, not the language: a Latin run in a Japanese text is read as English and the
    other way round, so that mixed questions and product names work on both sites. ``language``
    is part of the contract for analysers whose scripts overlap.
    """
    return _remembered(text) if len(text) <= LONGEST_REMEMBERED else _analysed(text)


# A question is analysed for its words, its name in the log, its corrections.
@lru_cache(maxsize=500)
def _remembered(text: str) -> Analysis:
    return _analysed(text)


def _analysed(text: str) -> Analysis:
    if not has_japanese(text):
        return Analysis(tuple(_cut(english.tokens(text))))
    return Analysis(tuple(_cut(_by_script(text))))


def _by_script(text: str) -> list[Token]:
    # Sudachi reads the whole text, for the words around a Latin run decide how kana is cut.
    found = list(japanese.tokens(text))
    at = 0
    for run in _JAPANESE_RUN.finditer(text):
        found.extend(english.tokens(text[at : run.start()], at))
        at = run.end()
    found.extend(english.tokens(text[at:], at))
    return sorted(found, key=attrgetter("start"))


def _cut(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if len(token.term) <= MAX_TERM_LENGTH:
            yield token
        else:
            yield token._replace(term=token.term[:MAX_TERM_LENGTH])


def question_key(text: str, language: str) -> str:
    """The normalised form that groups variants of a question: its distinct terms, sorted.

    "Reset my password" and "password reset?" share one key. Compounds count by their parts.
    Text without any word (an emoji, say) is its own folded self.
    """
    tokens = analyse(text, language).tokens
    parts = [t for t in tokens if t.kind is not TokenKind.CODE]
    content = [t.term for t in parts if t.kind is TokenKind.WORD] or [t.term for t in parts]
    return " ".join(sorted(set(content))) or " ".join(fold(text).split())
