"""One rule by itself: written, read, refused."""

import pytest
from django.core.exceptions import ValidationError

from search.query.synonyms import SynonymRule
from search.tuning.words import MAX_WORDS, check_rule, read_rule, write_rule


def refusal(kind, text, locale="en"):
    with pytest.raises(ValidationError) as caught:
        check_rule(read_rule(kind, text), locale)
    return caught.value.messages[0]


@pytest.mark.parametrize(
    ("kind", "text", "rule", "written"),
    [
        ("two_way", "a, b", SynonymRule(("a", "b"), ("a", "b")), "a, b"),
        ("two_way", " gift  card \n\nvoucher,",
         SynonymRule(("gift card", "voucher"), ("gift card", "voucher")),
         "gift card, voucher"),
        ("two_way", "領収書、レシート", SynonymRule(("領収書", "レシート"), ("領収書", "レシート")),
         "領収書, レシート"),
        ("one_way", "tv, telly -> television", SynonymRule(("tv", "telly"), ("television",)),
         "tv, telly → television"),
        ("one_way", "a => b", SynonymRule(("a",), ("b",)), "a → b"),
    ],
)  # fmt: skip
def test_reads_what_it_writes(kind, text, rule, written):
    assert read_rule(kind, text) == rule
    assert write_rule(rule) == written
    assert read_rule(kind, written) == rule


@pytest.mark.parametrize("text", ["", "parcel", " , \n", "parcel, parcel"])
def test_a_two_way_rule_has_two_words(text):
    assert refusal("two_way", text) == "Write at least two words, separated by commas or lines."


def test_an_arrow_is_for_one_way_rules():
    assert "one-way" in refusal("two_way", "a → b")


@pytest.mark.parametrize("text", ["a, b", "→ b", "a →", "a → b → c", ""])
def test_a_one_way_rule_has_two_sides(text):
    assert "left → right" in refusal("one_way", text)


@pytest.mark.parametrize(
    ("text", "locale"), [("parcel, of the", "en"), ("parcel, ?!", "en"), ("返品, です", "ja")]
)
def test_a_word_without_content_would_match_everything(text, locale):
    assert "would match everything" in refusal("two_way", text, locale)


@pytest.mark.parametrize(("text", "locale"), [("Parcel, parcels", "en"), ("サーバー, ｻｰﾊﾞ", "ja")])
def test_two_spellings_of_one_word(text, locale):
    assert "are the same word to search" in refusal("two_way", text, locale)


def test_a_word_on_both_sides():
    assert "are the same word" in refusal("one_way", "parcel → box, parcels")


def test_a_long_word_and_a_long_phrase():
    assert "at most 100 characters" in refusal("two_way", f"parcel, {'b' * 101}")
    assert "at most 10 words" in refusal(
        "two_way", f"parcel, {' '.join(f'b{n}' for n in range(11))}"
    )


def test_too_many_words_are_refused_before_they_are_read():
    text = "\n".join(f"word{n}" for n in range(10_000))
    assert refusal("two_way", text) == (
        "These are 10000 words; a rule holds at most 21. Import a list of rules instead."
    )
    check_rule(read_rule("two_way", ",".join(f"word{n}" for n in range(MAX_WORDS))), "en")
