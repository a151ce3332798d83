"""An embedder that never holds up a search: questions are remembered, a failing one is let be."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from search.circuit_breaker import CircuitBreaker
from search.embedding.base import Embedder, EmbedderUnavailable, Vectors
from search.embedding.passages import VERSION

logger = logging.getLogger(__name__)

REMEMBERED = 2_000  # questions; 4 MB of vectors with 512 numbers each
# What is longer is a pasted text: its first sentences say what is wanted.
LONGEST_QUESTION = 400


class GuardedEmbedder:
    """An embedder with a memory for questions and a circuit breaker."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._memory: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()
        self._breaker = CircuitBreaker("embedder", "meaning is left out of search")

    @property
    def space(self) -> str:
        """The name of the model's space, and of the way articles are cut into passages."""
        return f"{self._embedder.space} / {VERSION}"

    @property
    def problem(self) -> str:
        """Why questions are not embedded at the moment; empty when they are."""
        return self._breaker.reason

    def question(self, text: str) -> NDArray[np.float32] | None:
        """The vector of a question; None while the embedder cannot answer."""
        text = text[:LONGEST_QUESTION].strip()
        if not text:
            return None
        with self._lock:
            if text in self._memory:
                self._memory.move_to_end(text)
                return self._memory[text]
        try:
            vector = self.passages([text])[0]
        except EmbedderUnavailable:
            return None
        with self._lock:
            self._memory[text] = vector
            if len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts. Raises EmbedderUnavailable, at once while it is known to be out."""
        if not self._breaker.admits():
            raise EmbedderUnavailable(self._breaker.reason)
        try:
            vectors = self._embedder.encode(texts)
        except EmbedderUnavailable as error:
            self._breaker.failed(str(error))
            raise
        except Exception as error:  # whatever a model does wrong, search goes on without it
            logger.exception("the embedder failed")
            self._breaker.failed(f"{type(error).__name__}: {error}")
            raise EmbedderUnavailable(self._breaker.reason) from error
        self._breaker.succeeded()
        return vectors
