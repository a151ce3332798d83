"""What is read of a test collection."""

import pytest

from search.evaluation.beir import TestDocument, phrase_list


class TestPhraseLists:
    def test_lines_that_ask_are_phrases(self):
        lines = ["how to return", "send it back", "Can I return this?", "return an order"]
        assert phrase_list("\n".join(lines)) == lines
        parts = TestDocument("1", "Returns", "\n\n".join(lines)).parts
        assert parts.phrases == ("Returns", *lines)
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
