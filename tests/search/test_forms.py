import pytest
from django.http import QueryDict

from search.forms import MAX_PAGE, ResultsForm, SuggestForm
from search.query.values import MAX_QUESTION_LENGTH


class TestQuestion:
    @pytest.mark.parametrize(
        ("typed", "question"),
        [
            ("  parcel ", "parcel "),
            ("par\0cel\n", "par cel "),
            ("", ""),
            ("返品　方法", "返品　方法"),
            ('"(( AND', '"(( AND'),
            ("\ud800x", "x"),
        ],
    )
    def test_is_taken_as_typed_without_control_characters(self, typed, question):
        form = SuggestForm({"q": typed})
        assert form.is_valid()
        assert form.cleaned_data["q"] == question

    def test_is_cut_where_nobody_types_on(self):
        form = ResultsForm({"q": "x" * 10_000})
        assert form.is_valid()
        assert form.cleaned_data["q"] == "x" * MAX_QUESTION_LENGTH


class TestResultsForm:
    @pytest.mark.parametrize(
        "query",
        ["page=-1", "page=abc", "page=0", f"page={MAX_PAGE + 1}", "topic=x", "topic=-3", "stage=z"],
    )
    def test_refuses_what_does_not_exist(self, query):
        assert not ResultsForm(QueryDict(f"q=x&{query}")).is_valid()

    def test_turns_choices_into_filters(self):
        form = ResultsForm(QueryDict("q=x&topic=12&stage=after"))
        assert form.is_valid()
        assert form.filters() == {"topic": ("12",), "stage": ("after",)}

    def test_without_choices_there_are_no_filters(self):
        form = ResultsForm(QueryDict("q=x"))
        assert form.is_valid()
        assert form.filters() == {}


class TestSuggestForm:
    @pytest.mark.parametrize("query", ["seq=-1", "seq=x", "visit=a%20b", f"visit={'x' * 65}"])
    def test_refuses_malformed_parameters(self, query):
        assert not SuggestForm(QueryDict(f"q=x&{query}")).is_valid()
