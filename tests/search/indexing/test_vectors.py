"""What is embedded of an article, and how it is kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.embedding.passages import Parts
from search.engines.base import ArticleVectors, VectorKind
from search.engines.signatures import coverage
from search.indexing.models import ArticleText, StoredVectors
from search.indexing.rebuild import rebuild_index
from search.indexing.vectors import (
    mark,
    pack,
    parts_digest,
    quantised,
    reusable_vectors,
    signed_anew,
    store_refusal,
    store_vectors,
    stored_marks,
    stored_vectors,
    unpack,
)
from tests.factories import ArticleFactory

PARTS = Parts.of("Returns", ("send it back",), "Within thirty days. In the box it came in.")


def some_vectors(count, dimensions=32, seed=1):
    rows = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def same(one: ArticleVectors, other: ArticleVectors) -> bool:
    return one.space == other.space and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("kinds", "values", "scales", "signatures")
    )


@given(st.integers(1, 20), st.sampled_from([1, 3, 64, 100]))
def test_what_is_packed_is_unpacked(count, dimensions):
    kinds = [VectorKind(n % 2) for n in range(count)]
    signatures = np.random.default_rng(count).integers(2**63, size=(count, 8), dtype=np.uint64)
    vectors = ArticleVectors.quantised("s", kinds, some_vectors(count, dimensions), signatures)
    assert same(unpack("s", dimensions, pack(vectors)), vectors)


@pytest.mark.parametrize("dimensions", [32, 512])
def test_eight_bits_are_enough(dimensions):
    rows = some_vectors(50, dimensions)
    vectors = ArticleVectors.quantised("s", [VectorKind.TITLE] * 50, rows, np.zeros((50, 8)))
    assert (vectors.restored() * rows).sum(axis=1) == pytest.approx(np.ones(50), abs=2e-3)


def test_rows_are_phrases_then_passages_with_their_terms():
    vectors = quantised(PARTS, "en", "s", some_vectors(3))
    assert vectors.kinds.tolist() == [0, 0, 1]
    assert coverage(vectors.signatures, [["return"]], [1.0]).tolist() == [1, 0, 1]
    assert coverage(vectors.signatures, [["box"]], [1.0]).tolist() == [0, 0, 1]


def test_signing_anew_keeps_the_vectors():
    vectors = quantised(PARTS, "en", "s", some_vectors(3))
    blank = ArticleVectors(
        "s", vectors.kinds, vectors.values, vectors.scales, np.zeros((3, 8), np.uint64)
    )
    assert same(signed_anew(blank, PARTS, "en"), vectors)


class TestStored:
    @pytest.fixture
    def row(self, site, engine, embedder):
        article = ArticleFactory(parent=site.topics_en)
        rebuild_index(engine)
        return ArticleText.objects.get(pk=article.pk)

    @pytest.fixture
    def vectors(self, row, embedder):
        vectors = quantised(PARTS, "en", embedder.guard.space, some_vectors(3))
        store_vectors(row, PARTS, vectors)
        return vectors

    def test_come_back_for_the_same_text(self, row, vectors):
        assert same(stored_vectors({row.pk: row.digest})[row.pk], vectors)
        assert stored_marks({row.pk: row.digest}) == {row.pk: mark(vectors.space, 32)}
        assert StoredVectors.objects.get().passages == [[0, 42]]

    def test_not_for_another(self, row, vectors):
        assert stored_vectors({row.pk: "another"}) == stored_marks({row.pk: "another"}) == {}

    def test_not_for_another_model(self, row, vectors, embedder):
        embedder.change_to("another", 32)
        assert stored_vectors({row.pk: row.digest}) == stored_marks({row.pk: row.digest}) == {}

    def test_stay_where_they_are_while_the_embedder_is_off(self, row, vectors, embedder):
        embedder.is_on = False
        assert same(stored_vectors({row.pk: row.digest})[row.pk], vectors)
        assert stored_marks({row.pk: row.digest}) == {row.pk: mark(vectors.space, 32)}

    def test_are_reusable_for_the_same_parts_alone(self, row, vectors):
        assert same(reusable_vectors({row.pk: PARTS}, vectors.space)[row.pk], vectors)
        assert reusable_vectors({row.pk: PARTS}, "another") == {}
        other = Parts.of("Returns", (), "Within thirty days. In the box it came in.")
        assert parts_digest(other) != parts_digest(PARTS)
        assert reusable_vectors({row.pk: other}, vectors.space) == {}

    def test_a_refusal_replaces_them(self, row, vectors):
        store_refusal(row, vectors.space)
        assert stored_vectors({row.pk: row.digest}) == stored_marks({row.pk: row.digest}) == {}
        assert reusable_vectors({row.pk: PARTS}, vectors.space) == {}

    def test_go_with_the_text(self, row, vectors):
        row.delete()
        assert not StoredVectors.objects.exists()

    def test_cost_one_query(self, row, vectors, django_assert_num_queries):
        for read in (stored_vectors, stored_marks):
            with django_assert_num_queries(1):
                read({row.pk: row.digest, 999: ""})
