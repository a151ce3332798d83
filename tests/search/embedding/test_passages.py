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
    phrase_list,
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


class TestPhraseLists:
    def test_lines_that_ask_are_phrases(self):
        lines = ["how to return", "send it back", "Can I return this?", "return an order"]
        assert phrase_list("\n".join(lines)) == lines
        parts = Parts.of("Returns", ("refund",), "\n\n".join(lines))
        assert parts.phrases == ("Returns", "refund", *lines)
        assert parts.passages == ()

    def test_japanese_ones_too(self):
        lines = ["返品したい", "返品の方法", "返金してほしい"]
        assert phrase_list("\n".join(lines)) == lines

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "how to return\nsend it back",  # two lines are none
            "You may return it.\nIt costs nothing.\nUse the box.",
            "返品は三十日以内です。\n送料はかかりません。\n箱に入れてください。",
            "\n".join("x" * 150 for _ in range(5)),
        ],
    )
    def test_sentences_are_none(self, text):
        assert phrase_list(text) == []
