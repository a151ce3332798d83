"""Pinned articles of a question, by day."""

from datetime import date

import pytest

from search.analysis import question_key
from search.query.promote import promoted
from search.query.rules import NO_RULES, Promotion, QueryRules, trying
from search.query.understand import Question

TODAY = date(2026, 11, 22)
YESTERDAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 23)


def pinned(text, *promotions, asked=None, locale="en"):
    rules = QueryRules(promotions={question_key(text, locale): promotions})
    with trying(locale, NO_RULES):
        question = Question.read(asked or text, locale)
    return promoted(question, rules, TODAY)


def test_in_the_order_given_each_once():
    assert pinned("returns", Promotion(7), Promotion(3), Promotion(7)) == (7, 3)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "shown"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (YESTERDAY, None, True),
        (None, TOMORROW, True),
        (TOMORROW, None, False),
        (None, YESTERDAY, False),
    ],
)
def test_on_its_days_only(starts_on, ends_on, shown):
    assert pinned("returns", Promotion(7, starts_on, ends_on)) == ((7,) if shown else ())


@pytest.mark.parametrize(
    ("text", "asked", "locale"),
    [
        ("reset my password", "Password reset?", "en"),
        ("返品の方法", "返品の方法を", "ja"),
        ("ｽﾏﾎ", "スマホ", "ja"),
    ],
)
def test_for_every_spelling_of_the_question(text, asked, locale):
    assert pinned(text, Promotion(7), asked=asked, locale=locale) == (7,)


@pytest.mark.parametrize("asked", ["reset my old password", "password", "", "?"])
def test_not_for_other_questions(asked):
    assert pinned("reset my password", Promotion(7), asked=asked or " ") == ()


def test_without_promotions():
    with trying("en", NO_RULES):
        assert promoted(Question.read("returns", "en"), NO_RULES, TODAY) == ()
