"""What is embedded of an article: its title and question phrases, and passages of its text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.analysis.characters import has_japanese

# Raise it when what is embedded of an article changes: everything is embedded anew.
VERSION = 2
# The passages of an article, at most: 10,000 long articles of 10 to 15 would be 150,000 vectors.
MOST_PASSAGES = 8
# Characters of a passage: about a sentence or two in a short text, so that one thing is said in
# it; more in a long one, so that the passages reach further into it.
SHORTEST, LONGEST = 400, 800
SHORTEST_JAPANESE, LONGEST_JAPANESE = 60, 320
# Question phrases, at most; each is a vector of its own.
MOST_PHRASES = 100

_SENTENCE_END = re.compile(r"(?<=[。．！？])|(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the text: whole sentences or lines where they are short enough."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What is embedded of an article.

    ``phrases``: the title and other ways to ask, as they are. ``passages``: stretches of the
    text; ``passage_texts``: each with the title in front, which says what it is about.
    """

    phrases: tuple[str, ...]
    passages: tuple[Passage, ...]
    passage_texts: tuple[str, ...]

    @classmethod
    def of(cls, title: str, questions: Iterable[str], text: str) -> "Parts":
        """The parts of one article."""
        found = passages(text)
        stop = "。" if has_japanese(title) else ". "
        return cls(
            (title, *questions)[:MOST_PHRASES],
            tuple(found),
            tuple(f"{title}{stop}{' '.join(text[p.start : p.end].split())}" for p in found),
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is embedded, phrases first."""
        return self.phrases + self.passage_texts


def passages(text: str) -> list[Passage]:
    """The first ``MOST_PASSAGES`` passages of ``text``, in order."""
    is_japanese = has_japanese(text[:500])
    shortest = SHORTEST_JAPANESE if is_japanese else SHORTEST
    longest = LONGEST_JAPANESE if is_japanese else LONGEST
    length = min(max(len(text) // MOST_PASSAGES, shortest), longest)
    found: list[Passage] = []
    start = end = -1
    for piece in _pieces(text, length):
        if start >= 0 and piece.end - start > length:
            found.append(Passage(start, end))
            start = -1
            if len(found) == MOST_PASSAGES:
                return found
        start = piece.start if start < 0 else start
        end = piece.end
    if start >= 0:
        found.append(Passage(start, end))
    return found


def _pieces(text: str, length: int) -> Iterator[Passage]:
    """Sentences and lines without the space around them; overlong ones cut anywhere."""
    at = 0
    for boundary in [*(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]:
        stop = at + len(text[at:boundary].rstrip())
        at += len(text[at:boundary]) - len(text[at:boundary].lstrip())
        while at < stop:
            yield Passage(at, min(at + length, stop))
            at += length
        at = boundary
