from datetime import timedelta

import pytest
from django.utils import timezone

from search.log import stores
from search.log.erasing import Erased, erase_questions, erase_visit, hashes_of
from search.log.events import EventAction
from search.log.models import DailyQuestion, Erasure, SearchEvent
from search.log.rollups import roll_up
from search.query.tokens import question_hash
from tests.search.log.factories import failed_visits, follow_up, search_event

NOON = timezone.now().replace(hour=12, minute=0, second=0) - timedelta(days=2)


def daily():
    return list(DailyQuestion.objects.order_by("text").values_list("text", "searches"))


@pytest.mark.django_db
class TestErasing:
    @pytest.fixture(autouse=True)
    def _two_questions(self):
        self.kettle = failed_visits("kettle", 2, NOON)
        self.taro = search_event("who is taro", NOON, visit="visit-t")
        click = follow_up(self.taro, EventAction.CLICK)
        stores.landing().append([*self.kettle, self.taro, click])
        roll_up(NOON.date())

    def test_a_visit_goes_and_its_day_is_counted_anew(self):
        assert erase_visit(self.kettle[0].visit) == Erased(1)
        assert daily() == [("kettle", 1), ("who is taro", 1)]

    def test_a_question_goes_with_its_roll_ups(self):
        assert erase_questions(hashes_of("Who is TARO?")) == Erased(2)
        assert daily() == [("kettle", 2)]
        assert SearchEvent.objects.count() == 2

    def test_roll_ups_without_raw_events_go_too(self):
        DailyQuestion.objects.filter(text="kettle").update(day=NOON.date() - timedelta(days=400))
        erase_questions(hashes_of("kettle"))
        assert daily() == [("who is taro", 1)]

    def test_an_unknown_visit_changes_nothing(self):
        assert erase_visit("nobody") == Erased(0)
        assert daily() == [("kettle", 2), ("who is taro", 1)]

    def test_without_a_cluster_nothing_waits(self):
        erase_visit("visit-t")
        assert Erasure.objects.count() == 0


def test_a_text_is_known_by_what_was_stored_of_it():
    assert question_hash("mail to [email]", "ja") in hashes_of("mail to taro@example.com\x00")
