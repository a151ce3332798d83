"""Which parts of a text match a question, and which excerpt shows it best. Pure functions."""

import re
from collections.abc import Collection, Iterable, Sequence

from search.analysis import NEGATIONS
from search.analysis.characters import fold, folded_in_place, has_japanese
from search.indexing.terms import TermPlace
from search.query.negation import is_its_ending
from search.query.values import Highlighted, Span

# What fits two or three lines of a result; Japanese says as much in half the characters.
EXCERPT_LENGTH = 220
EXCERPT_LENGTH_JAPANESE = 120
_SENTENCE_END = re.compile(r"(?<=[。．！？])|(?<=[.!?])\s+")


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """``spans`` in order, overlapping and touching ones made one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        elif end > start:
            result.append((start, end))
    return tuple(result)


def term_spans(text: str, tokens: Iterable[TermPlace], terms: Collection[str]) -> list[Span]:
    """Where the terms stand. A negation stands in every other sentence: unless nothing else is
    asked, only the ending of a Japanese word that is marked is marked with it (届きません)."""
    places = [place for place in tokens if place[0] in terms]
    if NEGATIONS.issuperset(terms):
        return [(start, end) for _, start, end in places]
    spans: list[Span] = []
    for term, start, end in places:
        if term not in NEGATIONS:
            spans.append((start, end))
        elif spans and is_its_ending(text, spans[-1][1], start):
            spans.append((spans[-1][1], end))
    return spans


def prefix_spans(text: str, tokens: Iterable[TermPlace], prefix: str) -> list[Span]:
    """The beginnings of words that start with ``prefix`` (folded)."""
    if not prefix:
        return []
    folded = folded_in_place(text)
    if folded is not None:
        begins = (folded.startswith(prefix, start, end) for _, start, end in tokens)
    else:
        begins = (fold(text[start:end]).startswith(prefix) for _, start, end in tokens)
    return [
        (start, min(start + len(prefix), end))
        for (_, start, end), is_so in zip(tokens, begins, strict=True)
        if is_so
    ]


def excerpt(
    text: str, tokens: Sequence[TermPlace], terms: Collection[str], place: Span | None = None
) -> Highlighted:
    """The lines of ``text`` around its best match, highlighted.

    The best line holds the most different terms, then the most of them; its first match is near
    the excerpt's start. ``place``: start and end of the passage to look in; without a match there
    it is the passage's beginning, without a passage the text's.
    """
    limit = EXCERPT_LENGTH_JAPANESE if has_japanese(text[:500]) else EXCERPT_LENGTH
    matches = [(start, end, term) for term, start, end in tokens if term in terms]
    if place is None:
        start = _best_start(text, matches)
    else:
        inside = [match for match in matches if place[0] <= match[0] < place[1]]
        start = max(_best_start(text, inside), place[0]) if inside else place[0]
    end = _word_end(text, start, limit)
    piece = text[start:end].replace("\n", " ")
    shown = ((s, e) for s, e in term_spans(text, tokens, terms) if s >= start and e <= end)
    spans = merged((s - start, e - start) for s, e in shown)
    return _with_ellipses(piece, spans, cut_before=_cuts(text, start), cut_after=end < len(text))


def _best_start(text: str, matches: Sequence[tuple[int, int, str]]) -> int:
    lines: dict[int, list[tuple[int, int, str]]] = {}
    # A negation says nothing of a subject: it counts where nothing else is met.
    for match in [m for m in matches if m[2] not in NEGATIONS] or matches:
        lines.setdefault(text.rfind("\n", 0, match[0]) + 1, []).append(match)
    if not lines:
        return 0
    best = max(lines, key=lambda at: (len({m[2] for m in lines[at]}), len(lines[at]), -at))
    first = lines[best][0][0]
    # From the sentence that holds the first match, so that the excerpt reads on its own.
    ends = [best + m.end() for m in _SENTENCE_END.finditer(text[best:first])]
    return max(ends, default=best)


def _word_end(text: str, start: int, limit: int) -> int:
    end = start + limit
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", start + limit // 2, end)
    return space if space > 0 and not has_japanese(text[end - 2 : end]) else end


def _cuts(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] not in "\n。．！？ "


def _with_ellipses(
    piece: str, spans: tuple[Span, ...], *, cut_before: bool, cut_after: bool
) -> Highlighted:
    before = "… " if cut_before else ""
    shifted = tuple((s + len(before), e + len(before)) for s, e in spans)
    return Highlighted(before + piece + (" …" if cut_after else ""), shifted)
