"""What an edit does to the rules, in which language and on which days."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from search.query.rules import Promotion as PlainPromotion
from search.query.rules import QueryRules
from search.tuning.changes import changes_by_deleting, changes_by_saving, rules_on
from search.tuning.effects import is_touched
from search.tuning.models import Promotion, Synonym
from tests.search.tuning.factories import PromotionFactory, SynonymFactory

PAST, TODAY, NEXT, LATER = -5, 0, 5, 9


def day(number):
    """So many days from today: a run of the suite may go on past midnight."""
    return timezone.localdate() + timedelta(days=number)


def pinned(rules):
    return [promotion.article_id for promotion in rules.promotions.get("coupon", ())]


class TestDays:
    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "days"),
        [
            (None, None, [TODAY]),
            (PAST, PAST, [TODAY]),
            (TODAY, None, [TODAY]),
            (NEXT, LATER, [TODAY, NEXT, LATER + 1]),
        ],
    )
    def test_today_and_those_on_which_something_turns(self, articles, starts_on, ends_on, days):
        draft = Promotion(
            locale="en",
            questions="coupon",
            article=articles["voucher"],
            starts_on=None if starts_on is None else day(starts_on),
            ends_on=None if ends_on is None else day(ends_on),
        )
        assert [change.day for change in changes_by_saving([draft])] == list(map(day, days))

    def test_nothing_turns_after_the_last_day_there_is(self, articles):
        draft = Promotion(
            locale="en", questions="coupon", article=articles["voucher"], ends_on=date.max
        )
        assert [change.day for change in changes_by_saving([draft])] == [day(TODAY)]

    def test_those_of_the_dates_it_had_too(self, articles):
        stored = PromotionFactory(
            questions="coupon", article=articles["voucher"], starts_on=day(NEXT)
        )
        stored.starts_on = day(LATER)
        changes = changes_by_saving([stored])
        assert [(c.day, pinned(c.before), pinned(c.after)) for c in changes] == [
            (day(TODAY), [], []),
            (day(NEXT), [articles["voucher"].pk], []),
            (day(LATER), [articles["voucher"].pk], [articles["voucher"].pk]),
        ]

    def test_a_synonym_knows_of_today_alone(self, db):
        assert [change.day for change in changes_by_deleting(SynonymFactory())] == [day(TODAY)]


@pytest.mark.django_db
class TestLanguages:
    def test_a_rule_that_moves_changes_both(self):
        stored = SynonymFactory(words="gift card, voucher")
        stored.locale = "ja"
        changes = {change.locale: change for change in changes_by_saving([stored])}
        assert set(changes) == {"en", "ja"}
        assert changes["en"].before.synonyms
        assert not changes["en"].after.synonyms
        assert not changes["ja"].before.synonyms
        assert changes["ja"].after.synonyms

    def test_several_together_are_one_change_of_each_language(self):
        drafts = [
            Synonym(locale="en", words="box, crate"),
            Synonym(locale="en", words="tin, pot"),
            Synonym(locale="ja", words="箱, 木箱"),
        ]
        english, japanese = changes_by_saving(drafts)
        assert len(english.after.synonyms) == 4
        assert len(japanese.after.synonyms) == 2


class TestOrder:
    def test_what_is_not_saved_yet_comes_last_of_its_position(self, articles):
        first = PromotionFactory(questions="coupon", article=articles["voucher"])
        draft = Promotion(locale="en", questions="coupon", article=articles["parcel"])
        (change,) = changes_by_saving([draft])
        assert pinned(change.after) == [articles["voucher"].pk, articles["parcel"].pk]
        draft.position = 0
        (change,) = changes_by_saving([draft])
        assert pinned(change.after) == [articles["parcel"].pk, articles["voucher"].pk]
        (change,) = changes_by_deleting(first)
        assert (pinned(change.before), pinned(change.after)) == ([articles["voucher"].pk], [])


class TestTouched:
    BEFORE = QueryRules(promotions={"coupon": (PlainPromotion(1), PlainPromotion(2, day(NEXT)))})

    def test_a_question_that_is_the_promotion_s(self):
        after = QueryRules(promotions={"coupon": (PlainPromotion(3),)})
        assert is_touched("Coupon?", "en", self.BEFORE, after)
        assert not is_touched("coupon rules", "en", self.BEFORE, after)

    def test_the_order_counts(self):
        swapped = QueryRules(promotions={"coupon": (PlainPromotion(2), PlainPromotion(1))})
        assert is_touched("coupon", "en", rules_on(day(NEXT), self.BEFORE), swapped)

    def test_only_by_what_holds_on_the_day(self):
        after = QueryRules(promotions={"coupon": (PlainPromotion(1),)})
        assert not is_touched(
            "coupon", "en", rules_on(day(TODAY), self.BEFORE), rules_on(day(TODAY), after)
        )
        assert is_touched(
            "coupon", "en", rules_on(day(NEXT), self.BEFORE), rules_on(day(NEXT), after)
        )
