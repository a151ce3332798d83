"""A list that holds still while somebody types."""

from collections.abc import Sequence

from search.engines.base import Hit

# A row gives way to one that scores so many times as much. What it saves and costs:
# docs/search-quality.md.
CLEARLY_BETTER = 1.15


def keep_places(hits: Sequence[Hit], shown: Sequence[str]) -> list[Hit]:
    """The hits, those that are shown already in the places they have, unless clearly better ones
    come up; what is no longer among the hits goes.

    ``shown``: ids from the top of the list that the reader sees.
    """
    if not shown:
        return list(hits)
    known = {hit.id: hit for hit in hits}
    staying = [known[id_] for id_ in dict.fromkeys(shown) if id_ in known]
    order: list[Hit] = []
    for hit in [*staying, *(hit for hit in hits if hit not in staying)]:
        at = len(order)
        while at and hit.score > order[at - 1].score * CLEARLY_BETTER:
            at -= 1
        order.insert(at, hit)
    return order
