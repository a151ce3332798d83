"""Vectors that are recombined for the bench."""

import numpy as np
import pytest

from search.analysis import analyse
from search.engines.base import VectorKind
from search.engines.signatures import coverage
from search.evaluation.bench_vectors import mixed
from search.indexing.models import ArticleText
from search.indexing.terms import pack_tokens
from search.indexing.vectors import unpacked
from tests.search.engines.documents import unit, vectors_of


def test_a_mixture_has_the_shape_of_real_vectors_and_signs_its_own_text():
    title, body = "Cancel an order", "Open your orders. Then choose the box."
    text = ArticleText(
        pk=1,
        title=title,
        body=body,
        title_tokens=pack_tokens(title, analyse(title, "en").content),
        body_tokens=pack_tokens(body, analyse(body, "en").content),
    )
    real = [vectors_of([unit(1, 0)], [unit(0, 1), unit(1, 1)])]
    stored = mixed(text, real, np.random.default_rng(1))
    vectors = unpacked(stored)
    assert vectors.kinds.tolist() == [VectorKind.TITLE, VectorKind.PASSAGE, VectorKind.PASSAGE]
    assert np.linalg.norm(vectors.restored(), axis=1) == pytest.approx([1, 1, 1], abs=0.02)
    assert stored.passages == [(0, 19), (19, 38)]
    assert coverage(vectors.signatures, [["order"]], [1.0]).tolist() == [1, 1, 1]
    assert coverage(vectors.signatures, [["box"]], [1.0]).tolist() == [0, 0, 1]
