"""What a row may hold."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from search.tuning.models import GoldenQuestion, Promotion, Synonym
from tests.search.tuning.factories import SynonymFactory, golden

pytestmark = pytest.mark.django_db


class TestSynonym:
    def test_is_stored_in_one_way_of_writing(self):
        synonym = Synonym(locale="en", kind="one_way", words="TV,telly->television\n")
        synonym.full_clean()
        assert synonym.words == "TV, telly → television"

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"words": ""}, "words"),
            ({"words": "parcel"}, "words"),
            ({"words": "the, parcel"}, "words"),
            ({"locale": "xx"}, "locale"),
            ({"kind": "three_way"}, "kind"),
        ],
    )
    def test_refuses(self, fields, named):
        synonym = Synonym(**{"locale": "en", "kind": "two_way", "words": "a, b"} | fields)
        with pytest.raises(ValidationError) as caught:
            synonym.full_clean()
        assert named in caught.value.message_dict

    def test_is_checked_against_others_of_its_language_but_not_itself(self):
        first = SynonymFactory(words="parcel, box")
        first.full_clean()
        Synonym(locale="ja", words="parcel, box").full_clean()
        with pytest.raises(ValidationError, match="already"):
            Synonym(locale="en", words="box, parcel").full_clean()


class TestPromotion:
    def promotion(self, articles, **fields):
        values = {"locale": "en", "questions": "gift card", "article": articles["voucher"]}
        return Promotion(**values | fields)

    def test_its_questions_are_lines(self, articles):
        promotion = self.promotion(articles, questions=" gift  card\n\nvoucher\ngift card ")
        promotion.full_clean()
        assert promotion.phrases == ("gift card", "voucher")
        assert promotion.questions == "gift card\nvoucher"

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({"questions": " \n "}, "questions"),
            ({"questions": "x" * 301}, "questions"),
            ({"questions": "\n".join(f"q{n}" for n in range(21))}, "questions"),
            ({"questions": "gift card\n🎁"}, None),
            ({"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)}, "ends_on"),
            ({"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 2)}, None),
            ({"locale": "ja"}, "article"),
        ],
    )
    def test_fields(self, articles, fields, named):
        promotion = self.promotion(articles, **fields)
        if named is None:
            promotion.full_clean()
            return
        with pytest.raises(ValidationError) as caught:
            promotion.full_clean()
        assert list(caught.value.message_dict) == [named]


def test_a_golden_question_is_there_once_a_language():
    golden("where is my parcel")
    GoldenQuestion(locale="ja", question="where is my parcel").full_clean()
    with pytest.raises(ValidationError, match="on the list already"):
        GoldenQuestion(locale="en", question="where is my parcel").full_clean()
