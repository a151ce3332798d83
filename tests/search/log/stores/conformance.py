"""The cases every log store has to pass: subclass in a file of its own with a ``store`` fixture."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from search.log.events import EventAction, LogEvent
from search.log.stores.base import LogStore
from tests.search.log.factories import follow_up, search_event

DAY = date(2026, 11, 10)
LAST_DAY_OF_MONTH = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)


def full_event() -> LogEvent:
    """An event with something in every field."""
    return search_event(
        text="返品 [email]",
        at=datetime(2026, 11, 10, 12, 0, 0, 123_456, tzinfo=UTC),
        locale="ja",
        total=0,
        degraded=True,
        no_answer=True,
        previous_id=UUID(int=7),
        object_id="12",
        position=3,
        seconds=40,
        bot=True,
        staff=True,
        demo=True,
        provisional=True,
        revision=2,
        network="b" * 16,
    )


class LogStoreCases:
    def stored(self, store: LogStore, day: date = DAY) -> list[LogEvent]:
        return list(store.scan(day))

    def test_an_event_comes_back_as_it_was(self, store):
        search = replace(full_event(), object_id="", position=None)
        click = replace(full_event(), id=UUID(int=9), action=EventAction.CLICK)
        assert store.append([search, click]) == frozenset()
        assert sorted(self.stored(store), key=lambda e: e.action) == [click, search]

    def test_a_new_store_is_empty(self, store):
        assert self.stored(store) == []
        assert store.append([]) == frozenset()
        assert store.purge(DAY) == store.erase(visit="visit-1") == 0

    def test_visits_come_one_by_one_in_the_order_of_time(self, store):
        first = search_event("one", visit="b")
        second = replace(
            search_event("two", visit="b"), timestamp=first.timestamp + timedelta(microseconds=1)
        )
        other = search_event("three", visit="a")
        store.append([second, other, first])
        assert [event.text for event in self.stored(store)] == ["three", "one", "two"]

    def test_an_id_counts_once(self, store):
        search = search_event()
        click = follow_up(search, EventAction.CLICK)
        store.append([search, click, click])
        store.append([search, replace(click, object_id="99")])
        assert self.stored(store) == [search, click]

    def test_a_later_search_replaces_the_provisional_one(self, store):
        search = search_event("refu")
        later = replace(search, text="refund", timestamp=search.timestamp + timedelta(seconds=3))
        store.append([search])
        store.append([later])
        assert self.stored(store) == [replace(later, revision=1)]

    def test_within_a_batch_the_last_text_wins(self, store):
        search = search_event("refu")
        later = replace(search, text="refund", timestamp=search.timestamp + timedelta(seconds=3))
        store.append([search, later])
        assert [event.text for event in self.stored(store)] == ["refund"]

    def test_a_replacement_stays_on_its_day(self, store):
        search = search_event("refu", LAST_DAY_OF_MONTH)
        later = replace(
            search, text="refund", timestamp=search.timestamp + timedelta(hours=13), day=DAY
        )
        store.append([search])
        store.append([later])
        assert [e.text for e in self.stored(store, LAST_DAY_OF_MONTH.date())] == ["refund"]
        assert self.stored(store) == []

    def test_another_visit_is_refused_and_the_rest_is_kept(self, store):
        search, other = search_event(), search_event("other")
        store.append([search])
        assert store.append([replace(search, visit="v-2", text="x"), other]) == {search.id}
        assert {event.text for event in self.stored(store)} == {search.text, "other"}

    def test_purge_deletes_the_days_before(self, store):
        months_ago = search_event("old", LAST_DAY_OF_MONTH - timedelta(days=60))
        day_before = search_event("yesterday", datetime(2026, 11, 9, 23, 0, tzinfo=UTC))
        today = search_event("today")
        store.append([months_ago, day_before, today])
        assert store.purge(DAY) == 2
        assert self.stored(store, months_ago.day) == self.stored(store, day_before.day) == []
        assert self.stored(store) == [today]
        assert store.purge(DAY) == 0

    def test_erase_a_visit(self, store):
        search, other = search_event(), search_event(visit="visit-2")
        store.append([search, follow_up(search, EventAction.CLICK), other])
        assert store.erase(visit="visit-1") == 2
        assert self.stored(store) == [other]

    def test_erase_a_question_with_what_was_done_on_its_answers(self, store):
        search, other = search_event("who is taro"), search_event("gift wrapping")
        kept = follow_up(other, EventAction.CLICK)
        store.append([search, follow_up(search, EventAction.CLICK), other, kept])
        assert store.erase(questions=[search.question]) == 2
        assert self.stored(store) == [other, kept]

    def test_erase_without_anything_named_erases_nothing(self, store):
        contact = follow_up(search_event(), EventAction.CONTACT, query_id="")
        store.append([contact])
        assert store.erase(questions=[""]) == store.erase() == 0
        assert self.stored(store) == [contact]
