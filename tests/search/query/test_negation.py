"""What a text negates."""

import pytest

from search.analysis import analyse
from search.query.negation import REACH, negated


def terms(text, locale="en", reach=REACH):
    tokens = [(t.term, t.start, t.end) for t in analyse(text, locale).tokens]
    return negated(text, tokens, reach)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("荷物が届かない", "届く"),
        ("荷物が届きません", "届く"),
        ("荷物が届いておりません。", "届く"),
        ("荷物が届かなかった", "届く"),
        ("見られない", "見る"),
    ],
)
def test_a_japanese_word_by_its_ending(text, term):
    found = terms(text, "ja")
    assert term in found
    assert "荷物" not in found


@pytest.mark.parametrize(
    "text", ["荷物はありません", "決済ができない", "届くと使えません", "届きませんか", "No.の確認"]
)
def test_no_other_japanese_word(text):
    assert terms(text, "ja").isdisjoint(("荷物", "決済", "届く", "確認"))


def test_an_english_word_behind_it_in_its_sentence():
    assert "arriv" in terms("My parcel does not arrive")
    assert "cancel" in terms("Orders cannot be easily cancelled")
    assert "sign" not in terms("It cannot be restored. Sign in.")
    assert "cancel" not in terms("Not sure? Cancel it.")
    assert "order" not in terms("My order is not paid")
    assert not terms("order no change")


def test_only_so_far():
    text = "not one two three four"
    assert terms(text, reach=1) == {"one"}
    assert "four" not in terms(text)
