"""What a text negates."""

import re
from collections.abc import Sequence

from search.analysis import NEGATIONS
from search.query.highlight import ENDING, TermPlace

# Terms from "not" to what it negates, with those that have no content: cannot easily be cancelled.
REACH = 3
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
            found.update(t for t, _, ends in before if ENDING.fullmatch(text, ends, start))
        elif term == "not":
            behind = tokens[at + 1 : at + 1 + reach]
            found.update(
                t for t, begins, _ in behind if not _SENTENCE_END.search(text, end, begins)
            )
    return frozenset(found - NEGATIONS)
