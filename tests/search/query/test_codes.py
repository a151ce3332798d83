"""Codes that a question is about, and whether any article holds them."""

import pytest

from search.query.codes import codes_of
from search.query.pipeline import search, suggest
from search.query.rules import QueryRules, trying
from search.query.understand import Question
from search.query.values import Mode, SearchRequest
from tests.factories import ArticleFactory, paragraph


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ERR-1043", ("err1043",)),
        ("what is e1043?", ("e1043",)),
        ("fix ERR-1043", ("err1043",)),
        ("エラー ERR-1043", ("err1043",)),
        ("ERR-1043 or ERR-1044", ("err1043", "err1044")),
        ("KB4711-B2", ("kb4711b2", "kb4711")),
        ("the pump is loud and shows ERR-1043", ()),  # about the pump as well
        ("256GB model", ()),
        ("2fa", ()),
        ("o365", ()),
        ("version 2.3.1", ()),
        ("2026", ()),
        ("error 1043", ("1043",)),
        ("Error code: 1043 on start", ("1043",)),
        ("error code ERR-1043", ("err1043",)),
        ("エラー1043", ("1043",)),
        ("エラーコード１０４３が出る", ("1043",)),
        ("1043エラー", ("1043",)),
        ("JPY1000", ()),
        ("JPY 1000", ()),
        ("room 204", ()),
        ("promo code 2024", ()),
        ("verification code 123456", ()),
        ("errors in 2024", ()),
        ("payment error 2024", ()),
        ("error 5000 yen", ()),
        ("error with 1000 rows", ()),
        ("エラー3000円", ()),
        ("エラーが100回", ()),
        ("コード2024年", ()),
    ],
)
def test_of_a_question(text, codes):
    assert tuple(code.name for code in codes_of(Question.read(text, "en"))) == codes


def test_a_code_with_a_synonym_is_known():
    with trying("en", QueryRules(synonyms={("err1043",): (("overheat",),)})):
        assert codes_of(Question.read("ERR-1043", "en")) == ()


@pytest.fixture
def held(site, index):
    """Articles with codes in several spellings and places."""
    for options in (
        {"title": "Error ERR-1042: too hot", "short_answer": "Let it cool down."},
        {"title": "Error ERR 2000: door open"},
        {"title": "Office 365"},
        {"title": "Install Office 365"},
        {"title": "Replace the toner", "product": "XR-2000"},
        {"title": "Reset E10421", "short_answer": "Hold the button."},
        {"title": "For us alone: ERR-9000", "visibility": "staff"},
    ):
        ArticleFactory(parent=site.topics_en, **options)
    index()


@pytest.mark.usefixtures("held")
class TestAnswers:
    @pytest.mark.parametrize(
        "text",
        ["ERR-1042", "err1042", "ERR-2000", "Office365", "install office365", "XR-2000 toner"],
    )
    def test_in_any_spelling_and_place(self, text):
        assert not search(SearchRequest(text, "en")).outcome.no_answer

    @pytest.mark.parametrize(
        "text", ["error 1042", "err 1042", "error 3000 yen", "door 1043", "office 366 setup"]
    )
    def test_a_number_is_a_code_only_where_it_is_an_error_s(self, text):
        assert not search(SearchRequest(text, "en")).outcome.no_answer

    @pytest.mark.parametrize(
        "text", ["ERR-1043", "reset E1042", "ERR-9000", "error 1043", "エラー1043", "OR-1042"]
    )
    def test_none_where_no_article_for_the_reader_holds_it(self, text):
        results = search(SearchRequest(text, "en"))
        assert results.outcome.no_answer
        assert results.answer is None

    def test_one_of_several_is_enough(self):
        assert not search(SearchRequest("ERR-1042 or ERR-1043", "en")).outcome.no_answer

    def test_a_code_in_a_title_comes_first(self, site, index):
        body = paragraph("<p>" + "Error ERR-1042 means too hot. " * 5 + "</p>")
        ArticleFactory(parent=site.topics_en, title="Error codes, every error", body=body)
        index()
        results = search(SearchRequest("error ERR-1042", "en")).results
        assert results[0].title.text == "Error ERR-1042: too hot"

    def test_the_nearest_code_of_the_same_number_is_offered(self):
        offer = search(SearchRequest("ER-1042", "en")).did_you_mean
        assert offer is not None
        assert offer.text == "ERR-1042"

    @pytest.mark.parametrize(
        ("typed", "offered"),
        [
            ("ERR1O42", "ERR-1042"),
            ("fix ERR1O42", "fix ERR-1042"),
            ("ERR1O42 f", "ERR-1042 f"),
            ("E1042", None),  # … 1: "Reset E10421"
        ],
    )
    def test_it_is_offered_while_typing_unless_another_one_begins_so(self, typed, offered):
        offer = suggest(SearchRequest(typed, "en", mode=Mode.SUGGEST)).did_you_mean
        assert (offer.text if offer else None) == offered

    def test_what_is_offered_is_no_answer(self):
        assert search(SearchRequest("ER-1042", "en")).outcome.no_answer
