from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from search.log import stores
from search.log.events import EventAction
from search.log.models import DailyQuestion, RolledUpDay, SearchEvent
from search.log.rollups import (
    count_questions,
    forget_rare_questions,
    is_closed,
    roll_up,
    roll_up_closed_days,
    uncounted_days,
)
from tests.factories import ArticleFactory, paragraph
from tests.search.log.factories import failed_visits, follow_up, search_event

NOON = timezone.now().replace(hour=12, minute=0, second=0) - timedelta(days=2)
DAY = NOON.date()
LATE = NOON.replace(hour=23, minute=58)


def log(*events):
    stores.landing().append(events)


def rows(day=DAY, *names):
    names = names or ("locale", "text", "searches", "visitors", "failed")
    return list(DailyQuestion.objects.filter(day=day).order_by("text").values_list(*names))


@pytest.mark.django_db
class TestCounting:
    def test_spellings_of_a_question_are_one_row(self):
        log(
            search_event("Reset my password", NOON, visit="1", visitor="1" * 32),
            search_event("password reset?", NOON, visit="2", visitor="2" * 32),
            search_event("password reset?", NOON, visit="3", visitor="2" * 32),
        )
        roll_up(DAY)
        assert rows(DAY, "text", "variants", "searches", "visitors", "no_click", "failed") == [
            ("password reset?", {"password reset?": 2, "Reset my password": 1}, 3, 2, 3, 3)
        ]

    def test_languages_and_demo_traffic_stay_apart(self):
        log(
            search_event("wifi", NOON, visit="1"),
            search_event("wifi", NOON, visit="2", locale="ja"),
            search_event("wifi", NOON, visit="3", demo=True),
        )
        roll_up(DAY)
        assert sorted(rows(DAY, "locale", "demo", "searches")) == [
            ("en", False, 1),
            ("en", True, 1),
            ("ja", False, 1),
        ]

    def test_every_outcome_has_its_column(self):
        answered = search_event("answered", NOON, visit="1")
        contacted = search_event("contacted", NOON, visit="2", total=0)
        log(
            answered,
            follow_up(answered, EventAction.DWELL, seconds=60),
            contacted,
            follow_up(contacted, EventAction.CONTACT),
            search_event("down", NOON, visit="3", degraded=True, total=0),
            search_event("kettle broken", NOON, visit="4"),
            search_event("kettle", NOON + timedelta(minutes=1), visit="4"),
        )
        roll_up(DAY)
        names = ("searches", "failed", "no_result", "no_click", "refined", "contacted", "answered")
        assert rows(DAY, "text", *names, "down") == [
            ("answered", 1, 0, 0, 0, 0, 0, 1, 0),
            ("contacted", 1, 1, 1, 0, 0, 1, 0, 0),
            ("down", 0, 0, 0, 0, 0, 0, 0, 1),
            ("kettle", 1, 1, 0, 1, 0, 0, 0, 0),
            ("kettle broken", 1, 1, 0, 1, 1, 0, 0, 0),
        ]

    def test_programs_and_staff_are_left_out(self):
        tried = search_event("staff", NOON, visit="2")
        log(
            search_event("bot", NOON, visit="1", bot=True),
            tried,
            follow_up(tried, EventAction.CLICK, staff=True),
        )
        assert count_questions(DAY) == []

    def test_who_asks_for_privacy_counts_as_no_visitor(self):
        log(search_event(at=NOON, visitor=""))
        roll_up(DAY)
        assert rows() == [("en", "reset my password", 1, 0, 1)]

    def test_a_short_article_is_read_sooner(self, site):
        article = ArticleFactory(
            parent=site.topics_en, short_answer="Hold it.", body=paragraph("<p>Five seconds.</p>")
        )
        search = search_event(at=NOON)
        opened = {"object_id": str(article.pk), "seconds": 10}
        log(search, follow_up(search, EventAction.DWELL, **opened))
        assert [c.counts["answered"] for c in count_questions(DAY)] == [1]


@pytest.mark.django_db
class TestMidnight:
    def test_what_follows_after_it_is_seen(self):
        search = search_event("kettle", LATE)
        log(search, follow_up(search, EventAction.CLICK, 300, day=DAY + timedelta(days=1)))
        assert [c.counts["failed"] for c in count_questions(DAY)] == [0]

    def test_a_search_counts_once_on_the_day_it_began(self):
        page = search_event("kettle", LATE + timedelta(minutes=3))
        log(search_event("kettle", LATE), page)
        counted = [count_questions(day) for day in (DAY, DAY + timedelta(days=1))]
        assert [[c.counts["searches"] for c in counts] for counts in counted] == [[1], []]

    def test_a_refinement_counts_on_its_own_day(self):
        log(
            search_event("kettle", LATE),
            search_event("kettle lid", LATE + timedelta(minutes=3)),
        )
        counted = [count_questions(day) for day in (DAY, DAY + timedelta(days=1))]
        assert [[(c.text, c.counts["refined"]) for c in counts] for counts in counted] == [
            [("kettle", 1)],
            [("kettle lid", 0)],
        ]

    def test_a_day_is_closed_an_hour_later(self):
        midnight = datetime(2026, 11, 11, tzinfo=UTC)
        day = midnight.date() - timedelta(days=1)
        assert not is_closed(day, midnight + timedelta(minutes=59))
        assert is_closed(day, midnight + timedelta(minutes=60))
        assert not is_closed(midnight.date(), midnight + timedelta(hours=24))


@pytest.mark.django_db
class TestRollUp:
    def test_twice_is_once(self):
        log(*failed_visits("kettle", 2, NOON))
        roll_up(DAY)
        first = list(DailyQuestion.objects.values_list("text", "searches"))
        roll_up(DAY)
        assert list(DailyQuestion.objects.values_list("text", "searches")) == first

    def test_closed_days_only_and_each_once(self):
        log(*failed_visits("kettle", 2, NOON), search_event("now", timezone.now()))
        assert (roll_up_closed_days(), roll_up_closed_days()) == (1, 0)
        assert [row.day for row in DailyQuestion.objects.all()] == [DAY]

    def test_a_late_arrival_is_counted(self):
        log(*failed_visits("kettle", 2, NOON))
        roll_up_closed_days()
        log(search_event("lid", NOON))
        assert uncounted_days() == [DAY]
        assert roll_up_closed_days() == 1
        assert [row[1] for row in rows()] == ["kettle", "lid"]

    def test_a_day_whose_events_are_gone_keeps_its_counts(self, settings):
        log(*failed_visits("kettle", 2, NOON))
        roll_up(DAY)
        SearchEvent.objects.all().delete()
        settings.ANNAI_LOG_RETENTION_DAYS = 1
        roll_up(DAY)
        assert [row[1:3] for row in rows()] == [("kettle", 2)]

    def test_marks_the_day_as_of_its_start(self):
        before = timezone.now()
        roll_up(DAY)
        assert before <= RolledUpDay.objects.get(day=DAY).computed_at <= timezone.now()


@pytest.mark.django_db
class TestForgetting:
    @pytest.fixture(autouse=True)
    def _retention(self, settings):
        settings.ANNAI_LOG_RETENTION_DAYS = 1
        settings.ANNAI_K_ANONYMITY = 3

    def daily(self, text, visitors, days_ago, **fields):
        return DailyQuestion.objects.create(
            day=timezone.localdate() - timedelta(days=days_ago),
            locale="en",
            question=text[:16],
            text=text,
            variants={text: visitors},
            searches=visitors,
            visitors=visitors,
            **fields,
        )

    def kept(self):
        rows = DailyQuestion.objects.order_by("day", "text")
        return list(rows.values_list("text", "variants", "question", "searches", "visitors"))

    def test_rare_texts_are_summed_up_without_text(self):
        self.daily("taro's order", 1, 5)
        self.daily("hanako's order", 2, 5)
        self.daily("refund", 3, 5)
        assert forget_rare_questions() == 2
        expected = [("", {}, "", 3, 3), ("refund", {"refund": 3}, "refund", 3, 3)]
        assert self.kept() == expected
        assert forget_rare_questions() == 0
        assert self.kept() == expected

    def test_those_common_on_another_day_stay(self):
        self.daily("refund", 1, 5)
        self.daily("refund", 3, 0)
        assert forget_rare_questions() == 0

    def test_one_person_on_many_days_makes_nothing_common(self):
        for days_ago in range(5, 9):
            self.daily("who is taro", 1, days_ago)
        assert forget_rare_questions() == 4

    def test_those_within_the_period_stay(self):
        self.daily("refund", 1, 1)
        assert forget_rare_questions() == 0

    def test_later_ones_of_the_day_are_added(self):
        self.daily("one", 1, 5)
        forget_rare_questions()
        self.daily("two", 2, 5, failed=2)
        forget_rare_questions()
        assert self.kept() == [("", {}, "", 3, 3)]
        assert DailyQuestion.objects.get().failed == 2
