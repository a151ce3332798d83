"""How restless the list is while somebody types."""

import pytest

from search.evaluation.beir import TestQuestion
from search.evaluation.churn import CHARACTERS, churn

QUESTION = TestQuestion("q", "abcd", {"a": 1})


def lists(*shown):
    """Suggestions by the number of characters typed."""
    return lambda text, before: list(shown[len(text) - 1])


def test_a_list_that_stays_has_none():
    assert churn([QUESTION], lists("ab", "ab", "ab", "ab")) == 0


def test_rows_that_change_places_or_leave_are_counted():
    assert churn([QUESTION], lists("ab", "ba", "ba", "bc")) == pytest.approx(
        (1 + 0 + 0.5) / 3, abs=1e-4
    )


def test_what_moves_before_the_answer_is_shown_does_not_count():
    assert churn([QUESTION], lists("xy", "yx", "ax", "ax")) == 0


def test_without_any_answer_there_is_no_figure():
    assert churn([QUESTION], lists("x", "x", "x", "x")) is None
    assert churn([], lists()) is None


def test_the_list_before_is_told_and_long_texts_are_cut():
    told = []

    def suggest(text, before):
        told.append((len(text), list(before)))
        return [str(len(text))]

    churn([TestQuestion("q", "x" * 500, {"a": 1})], suggest)
    assert told[:2] == [(1, []), (2, ["1"])]
    assert told[-1][0] == CHARACTERS
