import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.core import signing

from search.log.events import Application, EventAction, LogEvent
from search.log.validate import (
    Batch,
    MalformedBatchError,
    Reception,
    RejectedError,
    query_digest,
    read_batch,
    read_event,
)
from search.log.visitors import Sender
from search.query import tokens
from tests.search.log.factories import token_for

NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
RECEPTION = Reception("visit-1", Sender("a" * 32, bot=False, staff=True), NOW)
ID = "550e8400-e29b-41d4-a716-446655440000"


def search(**changes):
    text = changes.get("text", "reset my password")
    raw = {
        "id": ID,
        "action": "search",
        "query_id": token_for(text if isinstance(text, str) else "x"),
        "application": "type-ahead",
        "text": text,
        "locale": "en",
        "timestamp": "2026-11-10T11:59:30.250Z",
    }
    return raw | changes


def click(**changes):
    return {
        "id": ID, "action": "click", "query_id": token_for("reset my password"),
        "object_id": "12", "position": 2,
    } | changes  # fmt: skip


def reason(raw):
    with pytest.raises(RejectedError) as caught:
        read_event(raw, RECEPTION)
    return str(caught.value)


class TestBatch:
    def test_is_read(self):
        body = json.dumps({"visit": "v-1", "events": [1, "a"]}).encode()
        assert read_batch(body) == Batch("v-1", [1, "a"])

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            (b"", "not JSON"),
            (b"{", "not JSON"),
            (b"\xff\xfe", "not JSON"),
            (b"[" * 60_000, "not JSON"),
            (b"1" * 5_000, "not JSON"),
            (b"[]", "not an object"),
            (b"null", "not an object"),
            (b'{"events": [1]}', "visit must be 1 to 64 letters, digits, - or _"),
            (b'{"visit": "a b", "events": [1]}', "visit must be 1 to 64 letters, digits, - or _"),
            (b'{"visit": "v", "events": []}', "events must be a list of at least one event"),
            (b'{"visit": "v", "events": {}}', "events must be a list of at least one event"),
        ],
    )
    def test_of_the_wrong_shape_is_refused_with_the_reason(self, body, expected):
        with pytest.raises(MalformedBatchError, match=f"^{expected}$"):
            read_batch(body)


class TestSearch:
    def test_takes_its_outcome_from_the_token(self):
        query_id = token_for("reset my password", total=7, no_answer=True, degraded=True)
        previous = "650e8400-e29b-41d4-a716-446655440000"
        assert read_event(search(query_id=query_id, previous_id=previous), RECEPTION) == LogEvent(
            id=UUID(ID),
            action=EventAction.SEARCH,
            timestamp=datetime(2026, 11, 10, 11, 59, 30, 250_000, tzinfo=UTC),
            day=date(2026, 11, 10),
            visit="visit-1",
            visitor="a" * 32,
            application=Application.TYPE_AHEAD,
            locale="en",
            text="reset my password",
            query_id=query_digest(query_id),
            question=tokens.question_hash("reset my password", "en"),
            total=7,
            engine="embedded",
            degraded=True,
            no_answer=True,
            previous_id=UUID(previous),
            staff=True,
        )

    def test_is_scrubbed_and_so_is_its_hash(self):
        event = read_event(search(text="mail to taro@example.com"), RECEPTION)
        assert (event.text, event.question) == (
            "mail to [email]",
            tokens.question_hash("mail to [email]", "en"),
        )

    @pytest.mark.parametrize("dirt", ["\x00", "\u202e", "\ud800", "\u200b"])
    def test_loses_what_no_question_holds(self, dirt):
        raw = search(query_id=token_for("refund please"), text=f"{dirt}refund please{dirt}")
        assert read_event(raw, RECEPTION).text == "refund please"

    def test_is_considered_up_to_2000_characters(self):
        raw = search(query_id=token_for("a " * 1_000), text="a " * 5_000)
        assert len(read_event(raw, RECEPTION).text) <= 2_000

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"id": None}, "id is no UUID"),
            ({"id": 7}, "id is no UUID"),
            ({"id": "7"}, "id is no UUID"),
            ({"action": "keystroke"}, "unknown action"),
            ({"action": None}, "action missing"),
            ({"action": ["search"]}, "unknown action"),
            ({"application": "crawler"}, "unknown application"),
            ({"application": None}, "application missing"),
            ({"locale": "xx"}, "unknown locale"),
            ({"locale": ["en"]}, "unknown locale"),
            ({"locale": "ja"}, "locale is not that of this query_id"),
            ({"text": None}, "text missing"),
            ({"text": 7}, "text missing"),
            ({"text": " \x00 "}, "text missing"),
            ({"query_id": token_for("other")}, "text is not the question of this query_id"),
            ({"query_id": None}, "query_id missing"),
            ({"query_id": 7}, "query_id missing"),
            ({"query_id": "forged"}, "query_id is forged"),
            ({"query_id": "\ud800"}, "query_id is forged"),
            ({"previous_id": "7"}, "previous_id is no UUID"),
            ({"timestamp": "yesterday"}, "timestamp is not ISO 8601"),
            ({"timestamp": "2026-13-41T00:00:00Z"}, "timestamp is not ISO 8601"),
            ({"timestamp": 7}, "timestamp is not ISO 8601"),
        ],
    )  # fmt: skip
    def test_is_rejected_with_the_reason(self, changes, expected):
        assert reason(search() | changes) == expected

    def test_of_a_token_whose_outcome_was_changed_is_forged(self):
        token = token_for("reset my password")
        rest = token.partition(":")[2]
        changed = signing.dumps(["x", "en", 0, "", False, True], salt="other").partition(":")[0]
        assert reason(search(query_id=f"{changed}:{rest}")) == "query_id is forged"

    def test_of_a_token_of_the_day_before_yesterday_is_too_old(self, monkeypatch):
        monkeypatch.setattr(tokens, "MAX_AGE_SECONDS", -1)
        assert reason(search()) == "query_id is too old"


class TestOthers:
    def test_click(self):
        event = read_event(click(seconds=3.6), RECEPTION)
        assert (event.action, event.object_id, event.position, event.seconds, event.locale) == (
            EventAction.CLICK, "12", 2, 4, "en",
        )  # fmt: skip

    def test_keep_no_text_and_no_outcome(self):
        event = read_event(click(text="taro@example.com"), RECEPTION)
        assert (event.text, event.question, event.total) == ("", "", None)

    def test_contact_needs_no_search(self):
        event = read_event({"id": ID, "action": "contact"}, RECEPTION)
        assert (event.action, event.query_id, event.locale) == (EventAction.CONTACT, "", "")

    def test_feedback_is_a_verdict(self):
        raw = {"id": ID, "action": "feedback", "object_id": "12", "text": "helpful"}
        assert read_event(raw, RECEPTION).text == "helpful"

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("click", "not an object"),
            (None, "not an object"),
            (click(query_id=None), "query_id missing"),
            (click(object_id=None), "object_id missing or malformed"),
            (click(object_id=12), "object_id missing or malformed"),
            (click(object_id="a b"), "object_id missing or malformed"),
            (click(position=0), "position must be a whole number from 1"),
            (click(position=1.0), "position must be a whole number from 1"),
            (click(position=True), "position must be a whole number from 1"),
            (click(action="impression", position=None), "position must be a whole number from 1"),
            (click(action="dwell"), "seconds must be from 0 to 86400"),
            (click(action="dwell", seconds=-1), "seconds must be from 0 to 86400"),
            (click(action="dwell", seconds=86_401), "seconds must be from 0 to 86400"),
            (click(action="dwell", seconds=float("nan")), "seconds must be from 0 to 86400"),
            (click(action="dwell", seconds="30"), "seconds must be from 0 to 86400"),
            ({"id": ID, "action": "feedback"}, "text missing"),
            ({"id": ID, "action": "feedback", "text": "so-so"}, "unknown text"),
        ],
    )
    def test_are_rejected_with_the_reason(self, raw, expected):
        assert reason(raw) == expected


class TestTime:
    def at(self, timestamp, index=0):
        return read_event(click(timestamp=timestamp), RECEPTION, index)

    def test_of_the_browser_is_trusted_within_a_day(self):
        event = self.at("2026-11-09T12:00:00Z")
        assert event.timestamp == NOW - timedelta(days=1)

    def test_of_a_wrong_clock_is_ours_in_the_order_of_the_batch(self):
        event = self.at("2020-01-01T00:00:00Z", index=3)
        assert event.timestamp == NOW + timedelta(microseconds=3)

    def test_without_one_is_ours(self):
        assert read_event(click(), RECEPTION).timestamp == NOW

    @pytest.mark.parametrize("timestamp", ["2026-11-09T13:00:00Z", "2026-11-11T02:00:00Z"])
    def test_of_the_browser_does_not_choose_the_day(self, timestamp):
        assert self.at(timestamp).day == date(2026, 11, 10)

    def test_at_the_end_of_all_days_is_no_crash(self):
        assert self.at("9999-12-31T23:59:59-23:59").timestamp == NOW
