"""Words and meaning in one order."""

from search.engines.base import Hit, Similarity
from search.query.rank import fused

HITS = [Hit("1", 10.0), Hit("2", 9.0), Hit("3", 0.0)]


def order(similarities):
    return [hit.id for hit in fused(HITS, similarities)]


def test_without_meaning_words_decide():
    assert fused(HITS, {}) == HITS


def test_nothing_found_stays_nothing():
    assert fused([], {"1": Similarity(0.5, 0.5)}) == []


def test_meaning_turns_a_close_race():
    assert order({"1": Similarity(0.1, 0.1), "2": Similarity(0.6, 0.7)})[0] == "2"


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
