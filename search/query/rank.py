"""Words, meaning and what is known beforehand in one order.

Each list is scaled on its own before they are added: lexical scores by their highest, cosines of
the candidates to between 0 and 1 (their raw values lie close together and differ from corpus to
corpus). What is known beforehand adds a share of that sum, so that it decides between articles
that are nearly equal and no others. The weights and their effect: docs/search-quality.md.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from search.engines.base import Hit, Similarity
from search.query.priors import NO_PRIORS, Priors

PASSAGE_WEIGHT = 0.5  # cosine with the best passage (the title, where there is none)
TITLE_WEIGHT = 0.2  # cosine with the title or a question phrase
COVERAGE_WEIGHT = 0.8  # share of the question's terms that one passage holds
# Shares of the above together: an article overtakes none that has more than 1.11 times its own.
READERS_WEIGHT = 0.1  # earlier readers of the question whom it answered
FRESHNESS_WEIGHT = 0.01  # verified lately


class Contributions(NamedTuple):
    """What each kind of evidence adds to an article's place; none is below 0."""

    words: float
    passage: float = 0.0
    title: float = 0.0
    coverage: float = 0.0
    readers: float = 0.0
    freshness: float = 0.0

    @property
    def total(self) -> float:
        """What articles are ordered by."""
        return sum(self)


def fused(
    hits: Sequence[Hit],
    similarities: Mapping[str, Similarity],
    priors: Priors = NO_PRIORS,
    say_of_meaning: float = 1.0,
) -> list[Hit]:
    """The hits in the order of all their contributions; as they are where words alone speak."""
    if not similarities and priors == NO_PRIORS:
        return list(hits)
    places = contributions(hits, similarities, priors, say_of_meaning)
    ranked = [Hit(hit.id, places[hit.id].total, hit.verified_on) for hit in hits]
    return sorted(ranked, key=lambda hit: (-hit.score, hit.id))


def contributions(
    hits: Sequence[Hit],
    similarities: Mapping[str, Similarity],
    priors: Priors = NO_PRIORS,
    say_of_meaning: float = 1.0,
) -> dict[str, Contributions]:
    """What places each of the hits, by id. ``say_of_meaning``: how much of its weight meaning has,
    0 to 1."""
    highest = max((hit.score for hit in hits), default=0.0) or 1.0
    passages = _scaled(
        {id_: s.passage if s.passage > -1 else s.title for id_, s in similarities.items()}
    )
    titles = _scaled({id_: s.title for id_, s in similarities.items()})
    placed = {}
    for hit in hits:
        near = similarities.get(hit.id)
        words = hit.score / highest
        passage = say_of_meaning * PASSAGE_WEIGHT * passages.get(hit.id, 0.0)
        title = say_of_meaning * TITLE_WEIGHT * titles.get(hit.id, 0.0)
        coverage = say_of_meaning * COVERAGE_WEIGHT * near.coverage if near else 0.0
        fitting = words + passage + title + coverage
        placed[hit.id] = Contributions(
            words,
            passage,
            title,
            coverage,
            readers=READERS_WEIGHT * priors.readers.get(hit.id, 0.0) * fitting,
            freshness=FRESHNESS_WEIGHT * priors.freshness(hit.verified_on) * fitting,
        )
    return placed


def _scaled(cosines: Mapping[str, float]) -> dict[str, float]:
    """Between 0 (the least of them) and 1 (the most)."""
    if not cosines:
        return {}
    lowest, highest = min(cosines.values()), max(cosines.values())
    width = highest - lowest
    return {id_: (cosine - lowest) / width if width else 0.0 for id_, cosine in cosines.items()}
