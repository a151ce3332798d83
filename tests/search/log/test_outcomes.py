from dataclasses import replace
from datetime import timedelta

import pytest

from search.log import outcomes
from search.log.events import Application, EventAction, Feedback
from search.log.outcomes import outcomes_of
from tests.search.log.factories import NOON, follow_up, search_event

SEARCH = search_event("reset my password")
OPENED = follow_up(SEARCH, EventAction.CLICK)


def later(text, seconds, **fields):
    return search_event(text, NOON + timedelta(seconds=seconds), **fields)


def flags(outcome):
    names = ("no_result", "no_click", "refined", "contacted", "answered", "down")
    return {name for name in names if getattr(outcome, name)}


def first(*events, **options):
    return flags(outcomes_of(events, **options)[0])


def read(seconds=30, search=SEARCH):
    return follow_up(search, EventAction.DWELL, 60, seconds=seconds)


class TestOneSearch:
    def test_nothing_found(self):
        assert first(replace(SEARCH, total=0)) == {"no_result"}

    def test_hits_that_are_no_answer(self):
        assert first(replace(SEARCH, no_answer=True)) == {"no_result"}

    def test_nothing_opened(self):
        shown = follow_up(SEARCH, EventAction.IMPRESSION, position=1)
        assert first(SEARCH, shown) == {"no_click"}

    def test_opened_but_not_known_to_be_read(self):
        assert first(SEARCH, OPENED) == set()

    def test_opened_and_read(self):
        assert first(SEARCH, OPENED, read(30)) == {"answered"}

    def test_left_after_a_glance(self):
        assert first(SEARCH, OPENED, read(29)) == set()

    def test_a_short_article_is_read_sooner(self):
        assert first(SEARCH, OPENED, read(12), dwell_needed=lambda id: 10.0) == {"answered"}

    def test_the_length_is_that_of_the_opened_article(self):
        needed = {"12": 50.0}.__getitem__
        assert first(SEARCH, OPENED, read(49), dwell_needed=needed) == set()

    def test_answer_read_in_place(self):
        assert first(SEARCH, follow_up(SEARCH, EventAction.ANSWER_READ)) == {"answered"}

    @pytest.mark.parametrize(
        ("verdict", "expected"), [(Feedback.HELPFUL, {"answered"}), (Feedback.NOT_HELPFUL, set())]
    )
    def test_feedback(self, verdict, expected):
        said = follow_up(SEARCH, EventAction.FEEDBACK, 40, text=verdict.value)
        assert first(SEARCH, OPENED, said) == expected

    def test_an_outage_is_no_failure(self):
        outcome = outcomes_of([replace(SEARCH, total=0, degraded=True)])[0]
        assert (flags(outcome), outcome.failed) == ({"down"}, False)

    def test_an_outage_is_none_whatever_followed(self):
        down = replace(SEARCH, degraded=True)
        contact = follow_up(SEARCH, EventAction.CONTACT, query_id="")
        assert first(down, later("password email", 60), contact) == {"down"}

    def test_what_only_the_server_saw_may_have_been_opened(self):
        assert first(replace(SEARCH, provisional=True)) == set()

    def test_what_only_the_server_saw_may_still_have_no_result(self):
        assert first(replace(SEARCH, provisional=True, total=0)) == {"no_result"}


class TestRefined:
    def test_by_a_question_that_shares_a_word(self):
        assert first(SEARCH, OPENED, later("password email", 300)) == {"refined"}

    def test_not_after_five_minutes(self):
        assert first(SEARCH, OPENED, later("password email", 301)) == set()

    def test_not_by_another_matter(self):
        assert first(SEARCH, OPENED, later("gift wrapping", 60)) == set()

    def test_by_a_slip_of_the_keyboard(self):
        typo = later("pasword", 0)
        right = later("password", 20)
        assert first(typo, right) == {"no_click", "refined"}

    def test_two_kanji_words_are_not_a_slip_apart(self):
        search = later("返品", 0, locale="ja")
        assert first(search, later("送料", 20, locale="ja")) == {"no_click"}

    def test_in_japanese(self):
        search = later("注文のキャンセル", 0, locale="ja")
        assert first(search, later("キャンセル方法", 20, locale="ja")) == {"no_click", "refined"}

    def test_reading_before_it_is_no_answer(self):
        again = later("password email", 200)
        assert first(SEARCH, OPENED, read(40), again) == {"refined"}

    def test_also_by_one_after_the_next(self):
        others = later("gift wrapping", 60), later("password email", 120)
        assert first(SEARCH, OPENED, *others) == {"refined"}

    def test_the_last_question_is_not(self):
        assert [flags(o) for o in outcomes_of([SEARCH, later("password email", 60)])] == [
            {"no_click", "refined"},
            {"no_click"},
        ]


class TestContacted:
    def contact(self, seconds):
        return follow_up(SEARCH, EventAction.CONTACT, seconds, query_id="", object_id="")

    def test_within_half_an_hour(self):
        assert first(SEARCH, OPENED, read(90), self.contact(1800)) == {"contacted"}

    def test_not_later(self):
        assert first(SEARCH, OPENED, read(90), self.contact(1801)) == {"answered"}

    def test_not_before(self):
        assert first(SEARCH, OPENED, self.contact(-5)) == set()


class TestRepeats:
    def test_the_results_page_of_the_same_question_is_the_same_search(self):
        page = later("Reset my password?", 5, application=Application.PRIMARY_SEARCH, total=4)
        outcomes = outcomes_of([SEARCH, page, follow_up(SEARCH, EventAction.CLICK, 9)])
        assert [(o.search, flags(o)) for o in outcomes] == [(page, set())]

    def test_after_a_while_it_is_another(self):
        assert len(outcomes_of([SEARCH, later("reset my password", 301)])) == 2

    def test_in_another_language_it_is_another(self):
        assert len(outcomes_of([SEARCH, later("reset my password", 5, locale="ja")])) == 2

    def test_it_is_observed_when_one_of_them_was(self):
        page = later("reset my password", 5, provisional=True)
        assert first(SEARCH, page) == {"no_click"}
        assert first(replace(SEARCH, provisional=True), replace(page, provisional=False)) == {
            "no_click"
        }

    def test_what_is_opened_on_either_counts(self):
        page = later("reset my password", 5)
        other = later("gift wrapping", 7)
        click = follow_up(page, EventAction.CLICK)
        assert [flags(o) for o in outcomes_of([SEARCH, page, other, click])] == [
            set(),
            {"no_click"},
        ]

    def test_it_counts_on_the_day_it_began(self):
        page = later("reset my password", 5, day=SEARCH.day + timedelta(days=1))
        assert outcomes_of([SEARCH, page])[0].day == SEARCH.day


class TestTypingOn:
    """A pause logs "refu", Enter sends "refund": one search, by its final question."""

    paused = search_event("refu", query_id="1" * 32)

    def sent(self, seconds=8, **fields):
        values = {"application": Application.PRIMARY_SEARCH, "previous_id": self.paused.id}
        return later("refund", seconds, **values | fields)

    def texts(self, *events):
        return [outcome.search.text for outcome in outcomes_of(events)]

    def test_is_one_search(self):
        shown = follow_up(self.paused, EventAction.IMPRESSION, position=1)
        sent = self.sent()
        outcomes = outcomes_of([self.paused, shown, sent, follow_up(sent, EventAction.CLICK)])
        assert [(o.search.text, flags(o)) for o in outcomes] == [("refund", set())]

    def test_takes_no_longer_than_half_a_minute(self):
        assert self.texts(self.paused, self.sent(30)) == ["refund"]
        assert self.texts(self.paused, self.sent(31)) == ["refu", "refund"]

    def test_is_not_when_the_list_was_used(self):
        click = follow_up(self.paused, EventAction.CLICK, 2)
        assert self.texts(self.paused, click, self.sent()) == ["refu", "refund"]

    def test_is_not_when_it_names_another_search(self):
        assert self.texts(self.paused, self.sent(previous_id=None)) == ["refu", "refund"]

    def test_is_not_when_it_is_typed_anew(self):
        typed = self.sent(application=Application.TYPE_AHEAD)
        assert self.texts(self.paused, typed) == ["refu", "refund"]

    def test_is_compared_by_its_final_question(self):
        again = later("refund status", 60)
        assert first(self.paused, self.sent(), again) == {"no_click", "refined"}


class TestWhatBelongsToWhich:
    def test_a_click_belongs_to_its_answer_not_to_the_latest_search(self):
        other = later("gift wrapping", 60)
        click = follow_up(SEARCH, EventAction.CLICK, 90)
        assert [flags(o) for o in outcomes_of([SEARCH, other, click])] == [set(), {"no_click"}]

    def test_without_an_answer_to_the_search_it_names(self):
        other = later("gift wrapping", 60)
        click = follow_up(SEARCH, EventAction.CLICK, 90, query_id="", previous_id=SEARCH.id)
        assert [flags(o) for o in outcomes_of([SEARCH, other, click])] == [set(), {"no_click"}]

    def test_without_either_to_the_search_before(self):
        other = later("gift wrapping", 60)
        dwell = follow_up(SEARCH, EventAction.DWELL, 90, query_id="", seconds=30)
        assert [flags(o) for o in outcomes_of([SEARCH, other, dwell])] == [
            {"no_click"},
            {"answered"},
        ]

    def test_of_an_answer_asked_for_twice_to_the_time_it_was_made(self):
        again = later("reset my password", 400, query_id=SEARCH.query_id)
        assert [flags(o) for o in outcomes_of([SEARCH, OPENED, again])] == [set(), {"no_click"}]

    def test_on_a_narrower_view_to_the_search_before(self):
        click = follow_up(SEARCH, EventAction.CLICK, query_id="f" * 32)
        assert first(SEARCH, click) == set()

    def test_long_after_to_none(self):
        click = follow_up(SEARCH, EventAction.CLICK, 1801, query_id="f" * 32)
        assert first(SEARCH, click) == {"no_click"}

    def test_the_order_of_arrival_does_not_matter(self):
        events = [SEARCH, OPENED, read(30), later("gift wrapping", 400)]
        assert outcomes_of(reversed(events)) == outcomes_of(events)


def test_failed_means_any_reason_and_no_answer():
    read_anyway = [replace(SEARCH, no_answer=True), OPENED, read(30)]
    assert outcomes_of(read_anyway)[0].failed is False
    assert [o.failed for o in outcomes_of([SEARCH, later("password email", 60)])] == [True, True]


def test_a_long_visit_is_judged_without_comparing_everything(monkeypatch):
    compared = []
    monkeypatch.setattr(outcomes, "are_similar", lambda *pair: compared.append(pair))
    searches = [later(f"question{number}", 200 * number) for number in range(100)]
    opened = [follow_up(search, EventAction.CLICK) for search in searches]
    judged = outcomes_of([*searches, *opened])
    assert [flags(outcome) for outcome in judged] == [set()] * 100
    assert len(compared) == 99


class TestWhichArticleAnswered:
    def by(self, *events):
        outcome = outcomes_of([SEARCH, *events])[0]
        return outcome.opened, outcome.answered_by

    def on(self, article, action, after, **fields):
        return follow_up(SEARCH, action, after, object_id=article, **fields)

    def test_the_one_that_was_read(self):
        read_one = self.on("7", EventAction.DWELL, 60, seconds=40)
        assert self.by(self.on("7", EventAction.CLICK, 5), read_one) == ({"7"}, {"7"})

    def test_the_one_whose_answer_was_read_in_place(self):
        assert self.by(self.on("7", EventAction.ANSWER_READ, 6)) == ({"7"}, {"7"})

    def test_none_that_was_only_shown_or_left_at_once(self):
        shown = self.on("5", EventAction.IMPRESSION, 0, position=1)
        glance = self.on("7", EventAction.DWELL, 9, seconds=4)
        assert self.by(shown, glance) == ({"7"}, set())

    def test_of_two_the_one_read_last(self):
        first_read = self.on("7", EventAction.DWELL, 60, seconds=40)
        last_read = self.on("8", EventAction.DWELL, 120, seconds=50)
        assert self.by(last_read, first_read) == ({"7", "8"}, {"8"})

    def test_every_one_that_was_said_to_help(self):
        helped = self.on("7", EventAction.FEEDBACK, 61, text=Feedback.HELPFUL.value)
        last_read = self.on("8", EventAction.DWELL, 120, seconds=50)
        assert self.by(helped, last_read) == ({"7", "8"}, {"7", "8"})

    def test_none_that_was_said_not_to_help(self):
        last_read = self.on("7", EventAction.DWELL, 60, seconds=50)
        said = self.on("7", EventAction.FEEDBACK, 61, text=Feedback.NOT_HELPFUL.value)
        assert self.by(last_read, said) == ({"7"}, set())

    def test_none_when_the_reader_asked_again_or_turned_to_support(self):
        last_read = self.on("7", EventAction.DWELL, 60, seconds=50)
        again = search_event("reset password now", NOON + timedelta(seconds=90))
        assert self.by(last_read, again) == ({"7"}, set())
        contact = follow_up(SEARCH, EventAction.CONTACT, 90, query_id="")
        assert self.by(last_read, contact) == ({"7"}, set())

    def test_what_names_no_article_is_none(self):
        assert self.by(self.on("", EventAction.ANSWER_READ, 6)) == (set(), set())
