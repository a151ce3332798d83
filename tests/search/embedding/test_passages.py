"""What is embedded of an article."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.embedding.passages import (
    LONGEST,
    LONGEST_JAPANESE,
    MOST_PASSAGES,
    MOST_PHRASES,
    Parts,
    passages,
)

alphabet = st.sampled_from("ab字あ。.!？ \n\u3000\t🍵")
texts = st.one_of(
    st.text(),
    st.text(alphabet),
    st.lists(st.text(alphabet, max_size=300), max_size=60).map("".join),
)


@given(texts)
@example("a" * 50_000)
@example("。" * 5_000)
@example("\n \n")
def test_passages_lie_in_the_text_in_order_and_are_few(text):
    found = passages(text)
    assert len(found) <= MOST_PASSAGES
    assert all(0 <= p.start < p.end <= len(text) for p in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(p.end - p.start <= max(LONGEST, LONGEST_JAPANESE) for p in found)
    for passage in found:
        piece = text[passage.start : passage.end]
        assert piece == piece.strip() != ""
    # Between two passages there is only space, and nothing comes before the first.
    ends = [0, *(p.end for p in found)]
    assert all(not text[a : p.start].strip() for a, p in zip(ends, found, strict=False))
    if len(found) < MOST_PASSAGES:
        assert not text[ends[-1] :].strip()


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=150), texts)
def test_parts_say_as_much_as_they_have_texts(title, questions, text):
    parts = Parts.of(title, questions, text)
    assert 1 <= len(parts.phrases) <= MOST_PHRASES
    assert parts.phrases[0] == title
    assert len(parts.passages) == len(parts.passage_texts) <= MOST_PASSAGES
    assert parts.texts == parts.phrases + parts.passage_texts


def test_sentences_stay_whole():
    text = "First sentence. " + "A second one, which is as long as the first. " * 30
    for passage in passages(text):
        assert text[passage.start : passage.end].endswith(".")


def test_japanese_passages_end_at_full_stops():
    text = "返品は三十日以内に承ります。送料はお客様のご負担です。" * 20
    found = passages(text)
    assert len(found) > 1
    assert all(text[p.start : p.end].endswith("。") for p in found)


def test_a_passage_has_the_title_in_front():
    parts = Parts.of("Returns", (), "Within thirty days.\nIn the box it came in.")
    assert parts.passage_texts == ("Returns. Within thirty days. In the box it came in.",)
    assert Parts.of("返品", (), "三十日以内。").passage_texts == ("返品。三十日以内。",)


@pytest.mark.parametrize("text", ["", " \n\u3000"])
def test_an_article_without_text_has_its_title(text):
    assert Parts.of("Returns", ("Send back?",), text).texts == ("Returns", "Send back?")


def test_steps_without_full_stops_are_a_passage():
    text = "Open Account\nChoose the order\nSelect Cancel\nConfirm"
    parts = Parts.of("Cancel an order", (), text)
    assert parts.phrases == ("Cancel an order",)
    assert len(parts.passages) == 1
