"""What is looked for where a question may be misspelt."""

import pytest

from search.engines.base import Field, Fuzzy
from search.query.rules import QueryRules, trying
from search.query.synonyms import SynonymRule, synonym_table
from search.query.typos import SOUND_SCORE, TITLE_TYPO, misspelt_beginning, typo_clauses
from search.query.understand import Question


def everything_known(terms):
    return set(terms)


def nothing_known(terms):
    return set()


def fuzzy(text, field, locale="en", known=nothing_known):
    clauses = typo_clauses(Question.read(text, locale), known)
    return [(c.term, c.distance) for c in clauses if isinstance(c, Fuzzy) and c.field == field]


def test_an_unknown_word_may_be_a_typo_and_a_known_one_is_not():
    assert fuzzy("pasword", Field.WORDS, known=everything_known) == []
    assert fuzzy("pasword reset", Field.WORDS) == [("pasword", 1), ("reset", 1)]


def test_long_words_may_hold_two_edits_and_short_ones_none():
    assert fuzzy("subscirpton abc", Field.WORDS) == [("subscirpton", 2)]


def test_codes_and_numbers_are_never_typos():
    assert typo_clauses(Question.read("ERR-1042 2026 v2.3", "en"), nothing_known) == []


def test_a_word_with_synonyms_is_meant_as_it_is_spelt():
    rules = QueryRules(synonyms=synonym_table([SynonymRule(("kettle",), ("boiler",))], "en"))
    with trying("en", rules):
        assert fuzzy("kettle", Field.WORDS) == []


def test_an_unknown_japanese_word_is_looked_for_by_its_sound():
    keys = fuzzy("ダッシュホード", Field.READINGS, "ja")
    assert {distance for key, distance in keys if not key.startswith("~")} == {0, 1}


def test_kanji_are_looked_for_by_the_very_sound():
    keys = fuzzy("編修", Field.READINGS, "ja")
    assert ("へんしゆう", 0) in keys
    assert ("へんしゆう", 1) not in keys


def test_a_known_japanese_word_is_not_looked_for_by_its_sound():
    keys = fuzzy("編集する", Field.READINGS, "ja", known=everything_known)
    assert [key for key, _ in keys if not key.startswith("~")] == []


def test_kana_around_an_unknown_word_is_looked_for_together():
    assert "さしくよ" in [key for key, _ in fuzzy("作業をさじくょ", Field.READINGS, "ja")]


def test_a_whole_title_may_hold_an_error_though_every_word_is_known():
    found = fuzzy("Rest your password", Field.TITLE_KEYS, known=everything_known)
    assert found == [("restyourpassword", 1)]


def test_a_whole_title_with_an_unknown_word_may_hold_two():
    assert fuzzy("Resst your passwrd", Field.TITLE_KEYS) == [("resstyourpasswrd", 2)]
    assert fuzzy("Users", Field.TITLE_KEYS) == []  # short: one edit makes another title
    assert fuzzy("Orders", Field.TITLE_KEYS) == [("orders", 1)]


def test_a_title_with_digits_has_no_neighbours():
    assert fuzzy("Release notes 2026", Field.TITLE_KEYS) == []


def test_a_pasted_page_is_no_title():
    assert fuzzy("password reset " * 50, Field.TITLE_KEYS) == []


def test_a_title_weighs_more_than_a_sound():
    scores = {
        c.field: c.score for c in typo_clauses(Question.read("リコース", "ja"), nothing_known)
    }
    assert SOUND_SCORE < TITLE_TYPO
    assert scores[Field.WORDS] < TITLE_TYPO


@pytest.mark.parametrize(
    ("begun", "looked_for"),
    [
        ("warant", "warant"),
        ("authentificat", "authentifica"),
        ("wara", "wara"),
        ("war", None),  # begins too many words but for an edit
        ("err10", None),
        ("さぎょう", None),
        ("𐐨" * 12, None),  # two units each where patterns are limited
    ],
)
def test_a_misspelt_beginning(begun, looked_for):
    node = misspelt_beginning(begun)
    assert (node and node.prefix) == looked_for
