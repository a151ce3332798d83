"""Words and meaning in one order.

Each list is scaled on its own before they are added: lexical scores by their highest, cosines of
the candidates to between 0 and 1 (their raw values lie close together and differ from corpus to
corpus). The weights and their effect: docs/search-quality.md.
"""

from collections.abc import Mapping, Sequence

from search.engines.base import Hit, Similarity

PASSAGE_WEIGHT = 0.5  # cosine with the best passage (the title, where there is none)
TITLE_WEIGHT = 0.2  # cosine with the title or a question phrase
COVERAGE_WEIGHT = 0.8  # share of the question's terms that one passage holds


def fused(hits: Sequence[Hit], similarities: Mapping[str, Similarity]) -> list[Hit]:
    """The hits in the order of words and meaning together; without similarities as they are."""
    if not hits or not similarities:
        return list(hits)
    highest = max(hit.score for hit in hits) or 1.0
    passages = _scaled(
        {id_: s.passage if s.passage > -1 else s.title for id_, s in similarities.items()}
    )
    titles = _scaled({id_: s.title for id_, s in similarities.items()})
    ranked = [
        Hit(
            hit.id,
            hit.score / highest
            + PASSAGE_WEIGHT * passages.get(hit.id, 0.0)
            + TITLE_WEIGHT * titles.get(hit.id, 0.0)
            + COVERAGE_WEIGHT * (similarities[hit.id].coverage if hit.id in similarities else 0),
        )
        for hit in hits
    ]
    return sorted(ranked, key=lambda hit: (-hit.score, hit.id))


def _scaled(cosines: Mapping[str, float]) -> dict[str, float]:
    """Between 0 (the least of them) and 1 (the most)."""
    lowest, highest = min(cosines.values()), max(cosines.values())
    width = highest - lowest
    return {id_: (cosine - lowest) / width if width else 0.0 for id_, cosine in cosines.items()}
