"""Which passage of an article answers a question: by what it means and by the words it holds."""

from collections.abc import Collection

from search.engines.base import VectorQuery
from search.engines.signatures import coverage
from search.indexing.vectors import StoredPassages, stored_passages
from search.query.values import Span


def best_passages(article_ids: Collection[int], query: VectorQuery | None) -> dict[int, Span]:
    """Article → start and end of its best passage in the stored body. One SQL query.

    Articles without vectors of this text are left out; so are all where meaning had no say.
    """
    if query is None or not article_ids:
        return {}
    stored = stored_passages(article_ids, query.space, len(query.vector))
    return {pk: _best(passages, query) for pk, passages in stored.items() if passages.spans}


def _best(passages: StoredPassages, query: VectorQuery) -> Span:
    cosines = passages.vectors.restored() @ query.vector
    # All words weigh the same: which of them are rare matters less within one article.
    held = coverage(passages.vectors.signatures, query.terms, [1.0] * len(query.terms))
    return passages.spans[int((cosines + held).argmax())]
