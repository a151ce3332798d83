"""Words and meaning in one order."""

from datetime import date

import pytest

from search.engines.base import Hit, Similarity
from search.query.priors import Priors
from search.query.rank import (
    FRESHNESS_WEIGHT,
    READERS_WEIGHT,
    Contributions,
    contributions,
    fused,
)

HITS = [Hit("1", 10.0), Hit("2", 9.0), Hit("3", 0.0)]


def order(similarities):
    return [hit.id for hit in fused(HITS, similarities)]


def test_every_contribution_counts():
    each = [2.0**n for n in range(len(Contributions._fields))]
    assert Contributions(*each).total == 2.0 ** len(each) - 1


def test_without_meaning_words_decide():
    assert fused(HITS, {}) == HITS


def test_nothing_found_stays_nothing():
    assert fused([], {"1": Similarity(0.5, 0.5)}) == []


def test_meaning_turns_a_close_race():
    assert order({"1": Similarity(0.1, 0.1), "2": Similarity(0.6, 0.7)})[0] == "2"


def test_meaning_with_little_say_turns_no_race():
    near = {"1": Similarity(0.1, 0.1), "2": Similarity(0.6, 0.7)}
    assert fused(HITS, near, say_of_meaning=0.1)[0].id == "1"


def test_meaning_alone_does_not_beat_words_and_meaning():
    alike = Similarity(0.4, 0.5, coverage=0.5)
    assert order({"1": alike, "3": Similarity(0.5, 0.6, coverage=0.0)})[0] == "1"


def test_a_passage_that_holds_the_whole_question_comes_first():
    near = {"1": Similarity(0.3, 0.4, coverage=0.3), "2": Similarity(0.3, 0.4, coverage=1.0)}
    assert order(near)[0] == "2"


def test_an_article_without_passages_is_measured_by_its_title():
    near = {"1": Similarity(0.2, -1.0), "2": Similarity(0.9, -1.0)}
    assert order(near)[0] == "2"


def test_equal_ones_come_in_the_order_of_their_ids():
    hits = [Hit("9", 1.0), Hit("2", 1.0)]
    same = {"9": Similarity(0.2, 0.2), "2": Similarity(0.2, 0.2)}
    assert [hit.id for hit in fused(hits, same)] == ["2", "9"]


TODAY = date(2026, 11, 22)
EQUAL = [Hit("1", 8.0), Hit("2", 8.0)]
ALIKE = {"1": Similarity(0.4, 0.5, 0.5), "2": Similarity(0.4, 0.5, 0.5), "3": Similarity(0.1, 0.2)}


def first(hits, priors, similarities=None):
    return fused(hits, similarities or {}, priors)[0].id


class TestReaders:
    def test_turn_a_close_race(self):
        close = [Hit("1", 10.0), Hit("2", 9.5)]
        assert first(close, Priors()) == "1"
        assert first(close, Priors({"2": 0.9})) == "2"
        assert first(close, Priors({"2": 0.9, "1": 0.9})) == "1"

    def test_turn_one_between_articles_alike_in_words_and_meaning(self):
        hits = [*EQUAL, Hit("3", 1.0)]
        assert first(hits, Priors({"2": 0.5}), ALIKE) == "2"

    @pytest.mark.parametrize(
        ("score", "ahead"),
        [(10.0, ["2", "1"]), (9.1, ["2", "1"]), (8.9, ["1", "2"]), (1.0, ["1", "2"])],
    )
    def test_overtake_nothing_better_by_more_than_the_weights_together(self, score, ahead):
        """Whatever readers did, and verified today: 10 / 9.1 < 1.11 < 10 / 8.9."""
        assert pytest.approx(1.11) == 1 + READERS_WEIGHT + FRESHNESS_WEIGHT
        hits = [Hit("1", 10.0), Hit("2", score, TODAY.isoformat())]
        assert [hit.id for hit in fused(hits, {}, Priors({"2": 1.0}, TODAY))] == ahead

    def test_overtake_nothing_whose_meaning_is_clearly_better(self):
        better = {"1": Similarity(0.6, 0.7, 1.0), "2": Similarity(0.2, 0.3, 0.6)}
        assert first(EQUAL, Priors({"2": 1.0}), better) == "1"

    def test_weigh_no_more_far_below_an_article_whose_title_was_asked(self):
        hits = [Hit("1", 400.0), Hit("2", 8.0), Hit("3", 5.0)]
        assert [hit.id for hit in fused(hits, {}, Priors({"3": 1.0}))] == ["1", "2", "3"]

    def test_are_no_words(self):
        assert fused([Hit("1", 3.0), Hit("2", 0.0)], {}, Priors({"2": 1.0}))[0].id == "1"

    def test_add_no_article(self):
        assert [hit.id for hit in fused(EQUAL, {}, Priors({"9": 1.0}))] == ["1", "2"]

    def test_of_others_change_nothing(self):
        alone = contributions(EQUAL, {}, Priors({"2": 0.5}))
        assert contributions(EQUAL, {}, Priors({"2": 0.5, "9": 1.0})) == alone


class TestFreshness:
    def dated(self, score, verified_on):
        return [Hit("1", 10.0), Hit("2", score, verified_on)]

    def test_breaks_a_tie(self):
        assert first(self.dated(10.0, "2026-11-01"), Priors(today=TODAY)) == "2"
        assert first(self.dated(10.0, ""), Priors(today=TODAY)) == "1"

    def test_breaks_nothing_else(self):
        assert first(self.dated(9.89, "2026-11-22"), Priors(today=TODAY)) == "1"

    def test_the_later_date_first(self):
        hits = [Hit("1", 1.0, "2026-01-01"), Hit("2", 1.0, "2026-11-01")]
        assert first(hits, Priors(today=TODAY)) == "2"

    def test_is_left_out_without_a_day(self):
        assert first(self.dated(10.0, "2026-11-01"), Priors()) == "1"

    def test_a_hit_keeps_its_date(self):
        ranked = fused(self.dated(5.0, "2026-11-01"), {}, Priors(today=TODAY))
        assert [hit.verified_on for hit in ranked] == ["", "2026-11-01"]
