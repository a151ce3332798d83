"""Rules together: what one more may not do."""

import pytest
from django.core.exceptions import ValidationError

from search.query.synonyms import SynonymRule
from search.tuning import rule_set
from search.tuning.rule_set import RuleSet


def two_way(*words):
    return SynonymRule(words, words)


def one_way(left, *right):
    return SynonymRule((left,), right)


def refusal(rule, *others, locale="en"):
    with pytest.raises(ValidationError) as caught:
        RuleSet(locale, others).check(rule)
    return caught.value.messages[0]


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        (two_way("parcel", "box"), two_way("Boxes", "parcels")),
        (two_way("parcel", "box"), two_way("box", "crate", "parcel")),
        (one_way("parcel", "box"), two_way("parcel", "box")),
        (one_way("parcel", "box"), one_way("parcels", "boxes", "crate")),
    ],
)
def test_what_is_there_already(rule, other):
    assert "already" in refusal(rule, other)


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        (two_way("parcel", "box"), one_way("parcel", "box")),
        (two_way("parcel", "box", "crate"), two_way("parcel", "box")),
        (one_way("box", "parcel"), one_way("parcel", "crate")),
        (one_way("box", "parcel"), two_way("parcel", "crate")),
    ],
)
def test_what_adds_something(rule, other):
    RuleSet("en", [other]).check(rule)


def test_a_circle_of_two():
    assert "parcel → box → parcel" in refusal(one_way("parcel", "box"), one_way("box", "parcel"))


def test_a_longer_circle():
    others = [one_way("box", "crate"), one_way("crate", "bin", "trunk"), one_way("trunk", "parcel")]
    assert "parcel → box → crate → trunk → parcel" in refusal(one_way("parcel", "box"), *others)


def test_many_alternatives_of_one_word_over_all_rules():
    others = [two_way("parcel", *(f"a{n}" for n in range(15)))]
    message = refusal(two_way("parcel", *(f"b{n}" for n in range(6))), *others)
    assert message == (
        "“parcel” would have 21 alternatives in all rules together; at most 20 are possible."
    )
    RuleSet("en", others).check(two_way("parcel", *(f"b{n}" for n in range(5))))


def test_the_number_of_rules(monkeypatch):
    monkeypatch.setattr(rule_set, "MAX_RULES", 2)
    others = [two_way("a1", "b1"), two_way("a2", "b2")]
    assert "at most 2 rules" in refusal(two_way("a3", "b3"), *others)
