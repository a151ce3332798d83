"""What a text negates."""

import re
from collections.abc import Sequence

from search.analysis import NEGATIONS
from search.indexing.terms import TermPlace

# Terms from "not" to what it negates, with those that have no content: cannot easily be cancelled.
REACH = 3
# Between a Japanese word and the negation that it ends in: 届いておりません, 見られません.
_ENDING = re.compile("(て(い|おり|おら)?)?(ら?れ)?(ませ)?")
_SENTENCE_END = re.compile(r"[.!?。！？\n]")


def negated(text: str, tokens: Sequence[TermPlace], reach: int = REACH) -> frozenset[str]:
    """The terms that negations say the contrary of: in Japanese the word it ends (届か・ない),
    in English those up to ``reach`` places behind it in its sentence (does not arrive).

    "No" may be a number's, and ませんか asks for something politely: they negate nothing for sure.
    """
    found: set[str] = set()
    for at, (term, start, end) in enumerate(tokens):
        if term == "ない" and text[end : end + 1] != "か":
            before = tokens[max(at - reach - 1, 0) : at]
            found.update(t for t, _, ends in before if is_its_ending(text, ends, start))
        elif term == "not":
            behind = tokens[at + 1 : at + 1 + reach]
            found.update(
                t for t, begins, _ in behind if not _SENTENCE_END.search(text, end, begins)
            )
    return frozenset(found - NEGATIONS)


def is_its_ending(text: str, end: int, negation: int) -> bool:
    """Whether a Japanese negation that begins at ``negation`` ends the word up to ``end``."""
    return _ENDING.fullmatch(text, end, negation) is not None
