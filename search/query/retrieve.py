"""A question to ranked article ids: the one place that asks an engine."""

from collections.abc import Mapping, Sequence

from search import engines
from search.engines.base import EngineQuery, EngineResult, Facet
from search.query.understand import Question, search_tree, suggest_tree
from search.query.values import Mode, SearchRequest

_TREES = {Mode.SEARCH: search_tree, Mode.SUGGEST: suggest_tree}


def retrieve(
    request: SearchRequest,
    question: Question,
    *,
    limit: int,
    offset: int = 0,
    facets: tuple[Facet, ...] = (),
) -> EngineResult:
    """Hits ``offset`` to ``offset + limit`` of the question, best first.

    Raises EngineUnavailable when neither engine nor standby answers.
    """
    engine = engines.current()
    visibilities = tuple(str(visibility) for visibility in request.viewer.visibilities)

    def known(terms: Sequence[str]) -> frozenset[str]:
        return engine.known_terms(request.locale, terms, visibilities)

    tree = _TREES[request.mode](question, known)
    if tree is None:
        return EngineResult((), 0, {facet: {} for facet in facets}, engine.name)
    return engine.search(
        EngineQuery(
            root=tree,
            locale=request.locale,
            visibilities=visibilities,
            limit=limit,
            offset=offset,
            filters=_engine_filters(request.filters),
            facets=facets,
        )
    )


def _engine_filters(filters: Mapping[str, tuple[str, ...]]) -> dict[Facet, tuple[str, ...]]:
    return {Facet(name): values for name, values in filters.items() if values}
