from datetime import date

import pytest

from kb.import_export.front_matter import metadata, short_answer, split
from kb.import_export.report import Unreadable


def test_head_and_rest_are_parted():
    assert split("---\ntitle: Tea\n---\n# Tea\n") == ({"title": "Tea"}, "# Tea\n")


def test_a_file_may_have_no_head():
    assert split("# Tea\n\n---\n\nText") == ({}, "# Tea\n\n---\n\nText")


def test_bad_yaml_names_its_line():
    with pytest.raises(Unreadable, match="line 4"):
        split("---\ntitle: Tea\nrole: [a\n---\nText")


def test_a_head_that_is_a_text_is_refused():
    with pytest.raises(Unreadable):
        split("---\njust words\n---\nText")


def test_all_fields():
    found = metadata(
        {
            "title": "[!DNL Kettle] **One**",
            "description": "Hold the [leaf](leaf.md) button.",
            "also_asked_as": ["kettle offline", "5ghz, wifi"],
            "keywords": "kettle, Wi-Fi、app, kettle",
            "feature": "Kettle One, App",
            "role": ["Customer", "Staff"],
            "stage": "after",
            "visibility": "staff",
            "last-update": date(2026, 4, 1),
            "ht-degree": "61%",
        }
    )
    assert found.title == "Kettle One"
    assert found.short_answer == "Hold the leaf button."
    assert found.also_asked_as == ("kettle offline", "5ghz, wifi")
    assert found.tags == ("kettle", "Wi-Fi", "app")
    assert (found.product, found.audience) == ("Kettle One, App", "Customer, Staff")
    assert (found.stage, found.visibility) == ("after", "staff")
    assert found.verified_on == date(2026, 4, 1)
    assert found.human_translation == 61
    assert found.hidden is False


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ({"hide": True}, True),
        ({"draft": "Probably"}, True),
        ({"hide": False, "draft": "No"}, False),
        ({}, False),
    ],
)
def test_hidden(values, hidden):
    assert metadata({"title": "Tea", **values}).hidden is hidden


@pytest.mark.parametrize("values", [{"stage": "later"}, {"visibility": "everyone"}])
def test_values_outside_their_list_are_refused(values):
    with pytest.raises(Unreadable, match=next(iter(values))):
        metadata(values)


@pytest.mark.parametrize("value", ["2026-04-01T18:03:50.000Z", "2026-04-01"])
def test_dates_given_as_text(value):
    assert metadata({"last-update": value}).verified_on == date(2026, 4, 1)


@pytest.mark.parametrize("value", ["soon", "", None, 7])
def test_no_date_is_none(value):
    assert metadata({"last-update": value}).verified_on is None


def test_facets_leave_out_what_does_not_fit():
    assert metadata({"feature": "Tea, " + "x" * 130}).product == "Tea"


class TestShortAnswer:
    def test_what_fits_stays(self):
        assert short_answer("Wait.") == "Wait."

    def test_it_ends_with_a_sentence(self):
        text = "One. " + "word " * 40 + "end. " + "more " * 40
        assert short_answer(text) == "One. " + "word " * 40 + "end."

    def test_it_ends_with_a_japanese_sentence(self):
        text = "お待ちください。" * 50
        assert short_answer(text) == "お待ちください。" * 37

    def test_without_a_sentence_end_it_ends_between_words(self):
        answer = short_answer("word " * 100)
        assert len(answer) <= 300
        assert answer.endswith("word…")

    def test_a_mere_dot_is_no_answer(self):
        assert short_answer(".") == ""
