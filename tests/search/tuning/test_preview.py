"""What a change would do to real questions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search.log.models import DailyQuestion
from search.query import tokens
from search.query.rules import NO_RULES, QueryRules
from search.query.synonyms import SynonymRule, synonym_table
from search.tuning import preview
from search.tuning.preview import Move, compare_rules, moved, real_questions
from tests.search.tuning.factories import golden

pytestmark = pytest.mark.django_db

DRAFT = QueryRules(
    synonyms=synonym_table([SynonymRule(("gift token", "order"), ("voucher",))], "en")
)


def asked(text, *, searches=5, visitors=3, days_ago=1, locale="en"):
    DailyQuestion.objects.create(
        day=timezone.localdate() - timedelta(days=days_ago),
        locale=locale,
        question=tokens.question_hash(text, locale),
        text=text,
        searches=searches,
        visitors=visitors,
    )


def compared():
    return {c.question.text: c for c in compare_rules("en", NO_RULES, DRAFT)}


class TestRealQuestions:
    def test_golden_ones_then_those_asked_most(self, articles):
        golden("where is my parcel")
        golden("領収書", locale="ja")
        asked("rare words", searches=3)
        asked("order", searches=9)
        asked("order", searches=9, days_ago=2)
        asked("where is my parcel", searches=100)
        asked("返品", searches=100, locale="ja")
        assert [(q.text, q.searches) for q in real_questions("en")] == [
            ("where is my parcel", None),
            ("order", 18),
            ("rare words", 3),
        ]

    def test_what_too_few_visitors_asked_is_not_shown(self):
        asked("taro yamada", visitors=2, searches=50)
        asked("taro yamada", visitors=2, searches=50, days_ago=2)
        assert list(real_questions("en")) == []

    def test_what_is_long_ago_or_forgotten_is_not_shown(self):
        asked("old question", days_ago=91)
        asked("", visitors=9)
        assert list(real_questions("en")) == []


class TestCompare:
    def test_what_is_new_and_what_moves(self, articles):
        asked("order")
        comparison = compared()["order"]
        assert [placed.title for placed in comparison.before] == ["Track a parcel", "Coupon rules"]
        assert [(placed.title, placed.move) for placed in comparison.after] == [
            ("Redeem a voucher", Move.NEW),
            ("Track a parcel", Move.DOWN),
            ("Coupon rules", Move.DOWN),
        ]
        assert comparison.changes

    def test_what_goes_beyond_those_shown_is_gone(self, articles, monkeypatch):
        monkeypatch.setattr(preview, "SHOWN_RESULTS", 2)
        asked("order")
        assert [placed.move for placed in compared()["order"].before] == [Move.SAME, Move.GONE]

    def test_untouched_questions_are_left_out(self, articles):
        asked("coupon")
        asked("gift tokens")
        assert set(compared()) == {"gift tokens"}

    def test_a_touched_question_may_stay_as_it_is(self, articles):
        golden("voucher gift token")
        (comparison,) = compared().values()
        assert not comparison.changes
        assert moved([comparison]) == 0

    def test_at_most_twenty(self, articles):
        for number in range(25):
            golden(f"gift token {number}")
        assert len(compared()) == 20

    def test_shows_what_a_visitor_may_read(self, articles):
        draft = QueryRules(synonyms=synonym_table([SynonymRule(("diary",), ("ledger",))], "en"))
        asked("diary")
        assert compare_rules("en", NO_RULES, draft)[0].after == ()
