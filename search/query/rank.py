"""Words, meaning and what is known beforehand in one order.

Each list is scaled on its own before they are added: lexical scores by their highest, cosines of
the candidates to between 0 and 1 (their raw values lie close together and differ from corpus to
corpus). The weights and their effect: docs/search-quality.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from search.engines.base import Hit, Similarity

PASSAGE_WEIGHT = 0.5  # cosine with the best passage (the title, where there is none)
TITLE_WEIGHT = 0.2  # cosine with the title or a question phrase
COVERAGE_WEIGHT = 0.8  # share of the question's terms that one passage holds


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each kind of evidence adds to an article's place; none is below 0."""

    words: float
    passage: float = 0.0
    title: float = 0.0
    coverage: float = 0.0

    @property
    def total(self) -> float:
        """What articles are ordered by."""
        return float(sum(astuple(self)))


def fused(hits: Sequence[Hit], similarities: Mapping[str, Similarity]) -> list[Hit]:
    """The hits in the order of all their contributions; without similarities as they are."""
    if not similarities:
        return list(hits)
    ranked = [Hit(id_, found.total) for id_, found in contributions(hits, similarities).items()]
    return sorted(ranked, key=lambda hit: (-hit.score, hit.id))


def contributions(
    hits: Sequence[Hit], similarities: Mapping[str, Similarity]
) -> dict[str, Contributions]:
    """What places each of the hits, by id."""
    highest = max((hit.score for hit in hits), default=0.0) or 1.0
    passages = _scaled(
        {id_: s.passage if s.passage > -1 else s.title for id_, s in similarities.items()}
    )
    titles = _scaled({id_: s.title for id_, s in similarities.items()})
    return {
        hit.id: Contributions(
            words=hit.score / highest,
            passage=PASSAGE_WEIGHT * passages.get(hit.id, 0.0),
            title=TITLE_WEIGHT * titles.get(hit.id, 0.0),
            coverage=COVERAGE_WEIGHT
            * (similarities[hit.id].coverage if hit.id in similarities else 0.0),
        )
        for hit in hits
    }


def _scaled(cosines: Mapping[str, float]) -> dict[str, float]:
    """Between 0 (the least of them) and 1 (the most)."""
    if not cosines:
        return {}
    lowest, highest = min(cosines.values()), max(cosines.values())
    width = highest - lowest
    return {id_: (cosine - lowest) / width if width else 0.0 for id_, cosine in cosines.items()}
