"""The contract of an embedder."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # one row a text, each of length 1


class EmbedderUnavailable(Exception):
    """The embedder cannot answer now, or answers with what cannot be used."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how much the texts mean the same.

    ``space`` names the model: vectors of different spaces cannot be compared, so a new name has
    every article embedded anew.
    """

    space: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text. Raises EmbedderUnavailable."""


def normalised(rows: object) -> Vectors:
    """``rows`` as float32 of length 1 each. Raises EmbedderUnavailable for what is no matrix of
    finite numbers."""
    try:
        vectors = np.asarray(rows, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise EmbedderUnavailable("the embedder's answer is no matrix of numbers") from error
    if vectors.ndim != 2 or not vectors.size or not np.isfinite(vectors).all():
        raise EmbedderUnavailable("the embedder's answer is no matrix of numbers")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
