"""Texts as vectors: which embedder this site has. Similar meanings have similar vectors."""

from functools import lru_cache

from django.conf import settings

from search.embedding.base import Embedder
from search.embedding.bundled import BundledEmbedder
from search.embedding.endpoint import EndpointEmbedder
from search.embedding.guarded import GuardedEmbedder


def current() -> GuardedEmbedder | None:
    """The configured embedder; None where meaning is switched off (``ANNAI_EMBEDDER=off``)."""
    return _embedder(
        settings.EMBEDDER,
        settings.EMBEDDER_MODEL,
        settings.EMBEDDER_API_KEY,
        settings.EMBEDDER_BUDGET_MS / 1000,
    )


def prepare() -> None:
    """Load the model, if there is one to load: before the fork, all processes share its memory."""
    embedder = current()
    if embedder is not None:
        embedder.prepare()


# One a process: the bundled one holds its model, the other its connections.
@lru_cache(maxsize=8)
def _embedder(kind: str, model: str, api_key: str, budget: float) -> GuardedEmbedder | None:
    if kind == "off":
        return None
    embedder: Embedder = (
        BundledEmbedder() if kind == "bundled" else EndpointEmbedder(kind, model, api_key, budget)
    )
    return GuardedEmbedder(embedder)
