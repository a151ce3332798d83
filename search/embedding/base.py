"""The contract of an embedder."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # one row a text, each of length 1


# What Elasticsearch's dense_vector takes.
MOST_DIMENSIONS = 4096


class EmbedderUnavailable(Exception):
    """The embedder cannot answer now, or answers with what cannot be used."""


class TextRefused(EmbedderUnavailable):
    """The embedder is well but does not take a text; the next one it may."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how much the texts mean the same.

    ``space`` names the model: vectors of different spaces cannot be compared, so a new name has
    every article embedded anew.
    """

    space: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, none of which is empty. Raises EmbedderUnavailable."""

    def prepare(self) -> None:
        """Load what every process would load; called before they are forked, so they share it."""


def normalised(rows: object) -> Vectors:
    """``rows`` as float32 of length 1 each.

    Raises EmbedderUnavailable for what is no matrix of finite numbers, has a row of zeros (it
    would be refused by Elasticsearch) or too many dimensions.
    """
    try:
        with np.errstate(over="ignore"):  # infinite then, and refused below
            vectors = np.asarray(rows, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise EmbedderUnavailable("the embedder's answer is no matrix of numbers") from error
    if vectors.ndim != 2 or not vectors.size or not np.isfinite(vectors).all():
        raise EmbedderUnavailable("the embedder's answer is no matrix of numbers")
    if vectors.shape[1] > MOST_DIMENSIONS:
        raise EmbedderUnavailable(f"vectors of more than {MOST_DIMENSIONS} dimensions")
    # Scaled first: squares of very large or small numbers leave the range of float32.
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    if not largest.all():
        raise EmbedderUnavailable("the embedder's answer has a vector of zeros")
    vectors = vectors / largest
    normal: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normal
