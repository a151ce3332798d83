"""Which passage of an article answers a question: by what it means and by the words it holds."""

from collections.abc import Mapping

from search.engines.base import Similarity
from search.indexing.stored_texts import StoredText
from search.query.values import Span


def best_passages(
    texts: Mapping[int, StoredText], similarities: Mapping[str, Similarity]
) -> dict[int, Span]:
    """Article → start and end of its best passage in the stored body.

    Left out are articles that meaning had no say about, and those whose text has changed since it
    was embedded. Until an index has taken the vectors of a changed text, a moment later, another
    passage of the same article may be named.
    """
    found = {}
    for pk, text in texts.items():
        near = similarities.get(str(pk))
        number = near.best_passage if near else None
        if number is not None and number < len(text.passages):
            found[pk] = text.passages[number]
    return found
