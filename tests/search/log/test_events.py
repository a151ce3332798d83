from dataclasses import replace
from datetime import timedelta

import pytest

from search.log.events import EventAction, ForeignEventError, settle
from tests.search.log.factories import follow_up, search_event

STORED = search_event("refu")
LATER = replace(STORED, text="refund", timestamp=STORED.timestamp + timedelta(seconds=4))


class TestSettle:
    def test_a_later_search_of_the_visit_replaces_the_provisional_one(self):
        assert settle(STORED, LATER) == replace(LATER, revision=1)

    def test_the_replacement_stays_on_the_day_it_began(self):
        after_midnight = replace(LATER, day=STORED.day + timedelta(days=1))
        assert settle(STORED, after_midnight).day == STORED.day

    def test_the_same_again_changes_nothing(self):
        assert settle(STORED, STORED) is STORED

    def test_a_late_arrival_of_the_earlier_text_changes_nothing(self):
        stored = settle(STORED, LATER)
        assert settle(stored, STORED) is stored

    def test_another_visit_cannot_replace(self):
        with pytest.raises(ForeignEventError):
            settle(STORED, replace(LATER, visit="visit-2"))

    def test_other_actions_count_once(self):
        click = follow_up(STORED, EventAction.CLICK)
        assert settle(click, replace(click, object_id="99")) is click

    def test_a_browser_adopts_what_the_server_recorded_even_with_a_slow_clock(self):
        page = replace(STORED, visit="page-1", provisional=True)
        posted = replace(STORED, timestamp=STORED.timestamp - timedelta(hours=2))
        assert settle(page, posted) == replace(posted, revision=1)

    def test_another_visitor_cannot_adopt(self):
        page = replace(STORED, visit="page-1", provisional=True)
        with pytest.raises(ForeignEventError):
            settle(page, replace(STORED, visitor="b" * 32))
