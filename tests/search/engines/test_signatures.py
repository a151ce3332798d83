"""Which terms a passage holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines.signatures import coverage, signature

terms = st.sets(st.text(min_size=1, max_size=12), max_size=40)


@given(terms)
def test_a_term_that_is_there_is_never_missed(held):
    wanted = [[term] for term in sorted(held)]
    share = coverage(signature(held)[None, :], wanted, [1.0] * len(wanted))
    assert share == pytest.approx([1.0 if held else 0.0])


def test_a_term_that_is_not_there_is_rarely_taken_to_be():
    passage = signature(f"held{n}" for n in range(40))[None, :]
    wrong = sum(coverage(passage, [[f"other{n}"]], [1.0])[0] for n in range(2_000))
    assert wrong / 2_000 < 0.04


def test_rare_terms_count_more():
    rows = np.stack([signature(["order"]), signature(["cancel", "order"]), signature([])])
    assert coverage(rows, [["cancel"], ["order"]], [3.0, 1.0]) == pytest.approx([0.25, 1.0, 0.0])


def test_one_of_the_terms_a_word_may_stand_as_is_enough():
    rows = np.stack([signature(["orders"]), signature(["ordering"]), signature(["cancel"])])
    assert coverage(rows, [["orders", "ordering"]], [2.0]) == pytest.approx([1.0, 1.0, 0.0])


@pytest.mark.parametrize(("wanted", "weights"), [((), ()), ((("a",),), (0.0,)), (((),), (1.0,))])
def test_nothing_asked_is_not_covered(wanted, weights):
    assert coverage(signature(["a"])[None, :], wanted, weights) == pytest.approx([0.0])


def test_no_rows():
    assert coverage(np.zeros((0, 8), np.uint64), [["a"]], [1.0]).shape == (0,)


def test_the_same_in_every_process():
    # Stored in indices: a change needs a rebuild, and so another analysis version.
    assert [int(word) for word in signature(["password"])] == [
        1073741824,
        2097152,
        0,
        0,
        0,
        0,
        0,
        0,
    ]
