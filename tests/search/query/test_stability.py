"""A list that holds still while somebody types."""

from search.engines.base import Hit
from search.query.stability import CLEARLY_BETTER, keep_places

HITS = [Hit("1", 10.0), Hit("2", 9.5), Hit("3", 9.0), Hit("4", 1.0)]


def order(hits, shown):
    return "".join(hit.id for hit in keep_places(hits, shown))


def test_without_a_list_the_best_come_first():
    assert keep_places(HITS, ()) == HITS


def test_what_is_shown_keeps_its_place_before_what_is_a_little_better():
    assert order(HITS, ["3", "2"]) == "3214"


def test_what_is_clearly_better_comes_before_it():
    assert order([Hit("9", 10.0 * CLEARLY_BETTER + 0.1), *HITS], ["1", "2"]) == "91234"


def test_a_shown_one_that_falls_clearly_behind_gives_way():
    assert order(HITS, ["4", "1"]) == "1234"


def test_what_matches_no_longer_goes():
    assert order(HITS, ["7", "2", "1"]) == "2134"


def test_an_id_named_twice_stands_once():
    assert order(HITS, ["2", "2", "1"]) == "2134"
