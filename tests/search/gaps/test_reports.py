from datetime import timedelta

import pytest
from django.utils import timezone

from search.gaps.models import HiddenQuestion
from search.gaps.reports import FailedQuestion, Reason, failed_searches
from search.log import stores
from search.log.events import EventAction
from search.log.rollups import roll_up_closed_days
from search.query.tokens import question_hash
from tests.search.log.factories import failed_visits, follow_up, search_event

NOW = timezone.now()
EARLIER = NOW.replace(hour=12, minute=0, second=0) - timedelta(days=5)


def log(*events):
    stores.landing().append(events)


def shown(report, *names):
    return [tuple(getattr(row, name) for name in names or ("question",)) for row in report.rows]


@pytest.mark.django_db
class TestFailedSearches:
    def test_without_searches_is_empty(self):
        report = failed_searches()
        assert (report.rows, dict(report.rare)) == ((), {})

    @pytest.mark.parametrize("rolled_up", [True, False])
    def test_a_row_sums_up_all_spellings_over_the_days(self, rolled_up):
        log(
            *failed_visits("Kettle lid?", 2, EARLIER),
            *failed_visits("kettle lid", 3, EARLIER + timedelta(days=1)),
        )
        if rolled_up:
            roll_up_closed_days()
        row = failed_searches().rows[0]
        assert row == FailedQuestion(
            key=question_hash("kettle lid", "en"),
            question="kettle lid",
            locale="en",
            searches=5,
            visitors=5,
            no_result=5,
            no_click=0,
            refined=0,
            contacted=0,
            cost=5,
            variants=(("kettle lid", 3), ("Kettle lid?", 2)),
        )
        assert row.spellings == "kettle lid (3); Kettle lid? (2)"

    def test_stored_and_open_days_are_added_up(self):
        log(*failed_visits("kettle", 3, EARLIER))
        roll_up_closed_days()
        log(*failed_visits("kettle", 2, timezone.now() - timedelta(minutes=1)))
        assert shown(failed_searches(), "question", "searches") == [("kettle", 5)]

    def test_the_most_costly_come_first(self):
        log(
            *failed_visits("gift wrapping", 3, EARLIER),
            *failed_visits("kettle", 5, EARLIER),
            *failed_visits("allergens", 3, EARLIER),
        )
        assert shown(failed_searches()) == [("kettle",), ("allergens",), ("gift wrapping",)]

    def test_a_search_that_fails_for_two_reasons_costs_once(self):
        for number in range(3):
            search = search_event(
                "kettle", EARLIER, total=0, visit=f"v{number}", visitor=f"{number}"
            )
            log(search, follow_up(search, EventAction.CONTACT))
        row = failed_searches().rows[0]
        assert (row.no_result, row.contacted, row.cost) == (3, 3, 3)

    def test_answered_questions_are_no_rows(self):
        for number in range(3):
            search = search_event("kettle", EARLIER, visit=f"v{number}", visitor=f"{number}")
            log(search, follow_up(search, EventAction.DWELL, seconds=90))
        assert shown(failed_searches()) == []

    def test_rare_questions_are_counted_and_not_shown(self, settings):
        settings.ANNAI_K_ANONYMITY = 3
        log(
            *failed_visits("kettle", 3, EARLIER),
            *failed_visits("who is taro", 2, EARLIER),
            *failed_visits("who is hanako", 1, EARLIER),
            *failed_visits("返品", 1, EARLIER, locale="ja"),
        )
        report = failed_searches()
        assert (shown(report), report.rare) == ([("kettle",)], {"en": 3, "ja": 1})

    @pytest.mark.parametrize("rolled_up", [True, False])
    def test_one_person_on_many_days_makes_no_question_common(self, rolled_up):
        for days in range(4):
            log(*failed_visits("kettle", 1, EARLIER - timedelta(days=days)))
        if rolled_up:
            roll_up_closed_days()
        report = failed_searches()
        assert (shown(report), report.rare) == ([], {"en": 4})
        log(*failed_visits("kettle", 3, EARLIER - timedelta(days=4)))
        assert shown(failed_searches(), "question", "visitors") == [("kettle", 7)]

    def test_searches_without_visitor_hash_never_make_it_common(self):
        log(*(search_event("kettle", EARLIER, visit=f"v{n}", visitor="") for n in range(9)))
        report = failed_searches()
        assert (shown(report), report.rare) == ([], {"en": 9})

    @pytest.mark.parametrize("rolled_up", [True, False])
    def test_one_language(self, rolled_up):
        log(*failed_visits("wifi", 3, EARLIER), *failed_visits("wifi", 3, EARLIER, locale="ja"))
        if rolled_up:
            roll_up_closed_days()
        assert shown(failed_searches(locale="ja"), "locale") == [("ja",)]

    @pytest.mark.parametrize("rolled_up", [True, False])
    def test_the_period_includes_today_and_starts_at_midnight(self, rolled_up):
        # Of this moment: a run of the suite may go on past midnight.
        five_days_ago = timezone.now().replace(hour=12) - timedelta(days=5)
        log(*failed_visits("kettle", 3, five_days_ago))
        if rolled_up:
            roll_up_closed_days()
        assert shown(failed_searches(days=5)) == []
        assert shown(failed_searches(days=6)) == [("kettle",)]

    @pytest.mark.parametrize(
        ("reasons", "expected"),
        [
            ([], ["no click", "no result"]),
            ([Reason.NO_RESULT], ["no result"]),
            ([Reason.NO_CLICK], ["no click"]),
            ([Reason.NO_RESULT, Reason.NO_CLICK], ["no click", "no result"]),
            ([Reason.REFINED], []),
            ([Reason.CONTACTED], []),
        ],
    )
    def test_reasons(self, reasons, expected):
        log(
            *failed_visits("no result", 3, EARLIER),
            *(search_event("no click", EARLIER, visit=f"v{n}", visitor=f"{n}") for n in range(3)),
        )
        assert sorted(q for (q,) in shown(failed_searches(reasons=reasons))) == expected

    def test_hidden_questions_are_apart(self):
        log(*failed_visits("kettle", 3, EARLIER), *failed_visits("lid", 3, EARLIER))
        key = failed_searches(days=30).rows[0].key
        HiddenQuestion.objects.create(question=key, locale="en")
        assert shown(failed_searches()) == [("lid",)]
        assert shown(failed_searches(hidden=True)) == [("kettle",)]

    def test_made_up_traffic_is_marked(self):
        log(
            *failed_visits("kettle", 3, EARLIER, demo=True),
            *failed_visits("lid", 3, EARLIER),
        )
        roll_up_closed_days()
        assert shown(failed_searches(), "question", "demo") == [("kettle", True), ("lid", False)]

    @pytest.mark.parametrize("questions", [1, 3])
    def test_the_number_of_queries_does_not_depend_on_the_rows(
        self, questions, django_assert_num_queries
    ):
        for number in range(questions):
            log(*failed_visits(f"question number {number}", 3, EARLIER))
        roll_up_closed_days()
        # Roll-ups' markers, days with events, sums, hidden questions, spellings.
        with django_assert_num_queries(5):
            assert len(failed_searches().rows) == questions
