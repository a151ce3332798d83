"""Analysed texts and their stored form."""

import zlib

import pytest

from search.analysis import Token, TokenKind, analyse
from search.analysis.index_terms import field_terms
from search.engines.base import Field
from search.indexing import terms
from search.indexing.documents import build_document
from search.indexing.sources import ArticleSource
from search.indexing.terms import (
    Failure,
    Texts,
    analyse_many,
    find_tokens,
    pack_tokens,
    unpack_terms,
    unpack_tokens,
)

TEXTS = {
    "en": "Reset the password of your Wi-Fi router: see ERR-1042.\nReset it again. 🫖",
    "ja": "パスワードを忘れた場合の手続きです。\n注文のキャンセルはERR-1042を参照。🫖注文",
}


@pytest.mark.parametrize("language", TEXTS)
def test_tokens_survive_packing(language):
    text = TEXTS[language]
    analysis = analyse(text, language)
    blob = pack_tokens(text, analysis.tokens)
    assert unpack_tokens(blob, text) == places(analysis.content)
    assert unpack_tokens(blob, text, with_stop_words=True) == places(analysis.tokens)


def places(tokens):
    return [(token.term, token.start, token.end) for token in tokens]


def test_one_term_may_be_a_stop_word_and_none():
    tokens = [Token("it", 0, 2, TokenKind.STOP), Token("it", 3, 5)]
    blob = pack_tokens("it IT", tokens)
    assert unpack_tokens(blob, "it IT") == places(tokens[1:])
    assert unpack_tokens(blob, "it IT", with_stop_words=True) == places(tokens)


def test_tokens_in_another_order_are_refused():
    with pytest.raises(ValueError, match="reading order"):
        pack_tokens("a b", [Token("b", 2, 3), Token("a", 0, 1)])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (set(), []),
        ({"nowhere"}, []),
        ({"rder", "orde"}, []),
        ({"order"}, ["order", "", "order"]),
        ({"order", "cancel"}, ["cancel", "order", "cancel", "", "order"]),
    ],
)
def test_wanted_tokens_are_found_without_the_others(wanted, found):
    text = "Cancel an order, or cancel two orders."
    blob = pack_tokens(text, analyse(text, "en").content)
    places = find_tokens(blob, wanted)
    assert [term for term, _, _ in places] == found
    assert [place for place in places if place[0]] == [
        token for token in unpack_tokens(blob, text) if token[0] in wanted
    ]


def test_wanted_tokens_of_a_part_of_the_text():
    text = "Cancel an order, or cancel two orders."
    blob = pack_tokens(text, analyse(text, "en").content)
    assert find_tokens(blob, {"cancel", "order"}, within=(10, 21)) == [
        ("order", 10, 15),
        ("cancel", 20, 26),
    ]
    assert find_tokens(blob, {"cancel", "order"}, within=(1, 10)) == []


def test_tokens_far_apart_and_long_ones_survive_packing():
    text = f"a {'x' * 150} {'. ' * 40_000} b1042 {'c ' * 300}"
    tokens = analyse(text, "en").content
    assert unpack_tokens(pack_tokens(text, tokens), text) == places(tokens)


@pytest.mark.parametrize("old", [b"", b"x", b"T2" + bytes(40), zlib.compress(b"as it once was")])
def test_tokens_that_an_earlier_release_packed_are_none(old):
    assert unpack_tokens(old, "text") == find_tokens(old, {"text"}) == []


def test_tokens_of_another_text_are_none():
    packed = pack_tokens("one text", analyse("one text", "en").content)
    assert unpack_tokens(packed, "another text") == []


def test_no_tokens_survive_packing():
    assert unpack_tokens(pack_tokens("", ()), "") == []


def test_a_text_that_fails_does_not_stop_the_others(monkeypatch):
    def analyse_or_fail(texts):
        if texts.title == "bad":
            raise ValueError("cannot read this")
        return "packed"

    monkeypatch.setattr(terms, "analyse_texts", analyse_or_fail)
    assert analyse_many([Texts("en", "good"), Texts("en", "bad")]) == [
        "packed",
        Failure("ValueError: cannot read this"),
    ]


def test_short_fields():
    packed = terms.analyse_texts(
        Texts(
            "ja",
            "返品する",
            questions=("商品を返したい",),
            summary="返品できます",
            headings=("手順",),
        )
    )
    fields = unpack_terms(packed.terms)
    assert fields.keys() == {
        Field.QUESTIONS,
        Field.HEADINGS,
        Field.WORDS,
        Field.READINGS,
        Field.TITLE_KEYS,
        Field.TEXT_READINGS,
        Field.SPELLINGS,
    }
    assert fields[Field.TEXT_READINGS] == ("henpin",)
    spelt = ("henpin|返品", "suru|する", "shouhin|商品", "o|を", "kaeshi|返し", "tai|たい")
    assert fields[Field.SPELLINGS][:6] == spelt
    assert fields[Field.HEADINGS] == field_terms("手順", "ja")
    assert "返品" in fields[Field.WORDS]
    assert len(fields[Field.TITLE_KEYS]) == 2


def test_digest_changes_with_every_text():
    base = Texts("en", "t", ("q",), "s", ("h",), "b")
    others = [
        Texts("ja", "t", ("q",), "s", ("h",), "b"),
        Texts("en", "T", ("q",), "s", ("h",), "b"),
        Texts("en", "t", ("q", "q"), "s", ("h",), "b"),
        Texts("en", "t", ("q",), "", ("h",), "b"),
        Texts("en", "t", ("q",), "s", (), "b"),
        Texts("en", "t", ("q",), "s", ("h",), "bb"),
    ]
    assert len({texts.digest for texts in [base, *others]}) == 7


def test_digest_changes_with_the_analysis(monkeypatch):
    before = Texts("en", "t").digest
    monkeypatch.setattr(terms, "ANALYSIS_VERSION", "another")
    assert Texts("en", "t").digest != before


def test_document_holds_every_field():
    source = ArticleSource(
        id=7,
        visibility="public",
        texts=Texts("en", "Refunds", ("money back",), "In days", ("How",), "How\nWe pay"),
        labels=("Orders", "gift cards"),
        topic_ids=("3", "5"),
        product="Shop",
    )
    document = build_document(source, version=9)
    assert (document.id, document.locale, document.version) == ("7", "en", 9)
    assert document.fields[Field.LABELS] == ("order", "gift", "card")
    assert document.fields[Field.TEXT].count("refund") == 2
    assert document.fields[Field.TEXT].count("money") == 2
    assert document.fields[Field.TEXT].count("pay") == 1
    assert set(document.fields) == set(Field)
    assert {facet.value: values for facet, values in document.facets.items()} == {
        "topic": ("3", "5"),
        "product": ("Shop",),
        "top_topic": (),
        "audience": (),
        "stage": (),
    }
