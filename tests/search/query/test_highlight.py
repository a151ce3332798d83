"""Spans and excerpts."""

import pytest

from search.analysis import analyse
from search.query.highlight import EXCERPT_LENGTH, excerpt, merged, prefix_spans, term_spans
from search.query.values import Highlighted


def places(text, language="en"):
    return [(t.term, t.start, t.end) for t in analyse(text, language).content]


def marked(highlighted: Highlighted) -> list[str]:
    return [piece for piece, matches in highlighted.pieces if matches]


def test_overlapping_spans_become_one():
    assert merged([(4, 6), (0, 2), (1, 5)]) == ((0, 6),)


def test_terms_are_marked_in_every_form():
    text = "Cancel an order. Cancelled orders stay listed."
    spans = term_spans(text, places(text), {"cancel"})
    assert [text[start:end] for start, end in spans] == ["Cancel", "Cancelled"]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("届かない荷物は返金しない", ["届かない"]),
        ("荷物が届きません。使えません。", ["届きません"]),
        ("届いておりません、返品しない", ["届いておりません"]),
        ("届き、返品しない", ["届き"]),
        ("届くまでいらない", ["届く"]),
        ("しない。届く", ["届く"]),
    ],
)
def test_a_negation_is_marked_as_the_ending_of_a_word(text, marked):
    spans = merged(term_spans(text, places(text, "ja"), {"届く", "ない"}))
    assert [text[start:end] for start, end in spans] == marked


def test_a_negation_is_not_marked_amid_other_words():
    text = "Not arrived? Parcels are not insured."
    assert term_spans(text, places(text), {"arriv", "not"}) == [(4, 11)]
    assert marked(excerpt(text, places(text), {"insur", "not"})) == ["insured"]


def test_a_negation_alone_is_marked():
    text = "返金しない"
    assert term_spans(text, places(text, "ja"), {"ない"}) == [(3, 5)]


def test_the_beginning_of_a_word_is_marked():
    text = "Reset passwords"
    assert prefix_spans(text, places(text), "pass") == [(6, 10)]
    assert prefix_spans(text, places(text), "") == []


@pytest.mark.parametrize(
    ("text", "prefix", "marked"),
    [
        ("PDFファイルの Maße", "masse", "Maße"),  # folded, longer than it is written
        ("ＰＤＦの書き出し", "pdf", "ＰＤＦ"),
        ("ﾊﾟｽﾜｰﾄﾞの変更", "パスワード", "ﾊﾟｽﾜｰﾄﾞ"),
        ("İstanbul office", "office", "office"),
    ],
)
def test_a_beginning_is_compared_folded(text, prefix, marked):
    spans = prefix_spans(text, places(text, "ja"), prefix)
    assert [start for start, _ in spans] == [text.index(marked)]


def test_the_excerpt_is_the_line_with_most_of_the_question():
    text = "Orders are shipped daily.\nTo cancel an order, open it.\nCancel any time."
    found = excerpt(text, places(text), {"cancel", "order"})
    assert found.text.startswith("To cancel an order")
    assert marked(found)[:2] == ["cancel", "order"]


def test_a_negation_alone_makes_no_line_the_best():
    text = "Do not bend it: not once, not twice.\nParcels arrive by noon."
    assert excerpt(text, places(text), {"parcel", "not"}).text.startswith("Parcels arrive")
    assert excerpt(text, places(text), {"not"}).text.startswith("Do not bend")


def test_the_excerpt_begins_with_the_sentence_of_the_match():
    text = "いつでもご利用いただけます。返品は14日以内にお願いします。"
    assert excerpt(text, places(text, "ja"), {"返品"}).text.startswith("返品は14日")


def test_without_a_match_the_excerpt_is_the_beginning():
    text = "First line.\nSecond line."
    assert excerpt(text, places(text), {"nowhere"}) == Highlighted("First line. Second line.")


def test_a_long_text_is_cut_at_a_word_and_says_so():
    text = "password " * 200
    found = excerpt(text, places(text), {"password"})
    assert len(found.text) <= EXCERPT_LENGTH + 2
    assert found.text.endswith("password …")


def test_an_empty_text_has_an_empty_excerpt():
    assert excerpt("", [], {"x"}) == Highlighted("")


def test_pieces_put_together_are_the_text():
    highlighted = Highlighted("abcdef", ((1, 2), (4, 6)))
    assert highlighted.pieces == [("a", False), ("b", True), ("cd", False), ("ef", True)]


def test_offsets_for_javascript_count_utf16_units():
    assert Highlighted("🍵茶", ((1, 2),)).utf16_spans == [[2, 3]]
