import json
from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature
from django.db import OperationalError
from django.test import Client, RequestFactory

from search.log import server_side, stores
from search.log.models import SearchEvent, VisitorSalt
from search.log.server_side import record_page_search
from tests.search.log.factories import token_for

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"


def record(text="refund", method="get", query_id=None, **headers):
    headers = {"User-Agent": FIREFOX} | headers
    request = getattr(RequestFactory(headers=headers), method)("/en/search/")
    request.user = AnonymousUser()
    return record_page_search(request, query_id=query_id or token_for(text), text=text, locale="en")


@pytest.mark.django_db
class TestRecordPageSearch:
    def test_is_provisional(self):
        identifier = record("refund to taro@example.com")
        row = SearchEvent.objects.get()
        assert (str(row.id), row.text, row.application, row.total, row.provisional, row.bot) == (
            identifier, "refund to [email]", "primary-search", 3, True, False,
        )  # fmt: skip

    def test_the_pages_of_a_visitor_are_one_visit(self):
        record("refund")
        record("refund money")
        record("refund", **{"User-Agent": f"{FIREFOX} other"})
        assert SearchEvent.objects.values("visit").distinct().count() == 2

    def test_those_of_who_asks_for_privacy_are_not_linked(self):
        record(DNT="1")
        record(DNT="1")
        assert list(SearchEvent.objects.values_list("visitor", flat=True)) == ["", ""]
        assert SearchEvent.objects.values("visit").distinct().count() == 2

    @pytest.mark.parametrize(
        "arguments",
        [
            {"method": "head"},
            {"Sec-Purpose": "prefetch;prerender"},
            {"Purpose": "prefetch"},
            {"text": " "},
        ],
    )
    def test_is_not_made_for_what_nobody_reads(self, arguments):
        assert record(**arguments) == ""
        assert SearchEvent.objects.count() == 0

    def test_of_a_program_is_marked(self):
        record(**{"User-Agent": "bingbot/2.0"})
        assert SearchEvent.objects.get().bot is True

    def test_of_who_reads_faster_than_people_is_marked(self, monkeypatch):
        monkeypatch.setattr(server_side, "PAGES_A_MINUTE", "2/m")
        for _ in range(3):
            record()
        assert SearchEvent.objects.filter(bot=True).count() == 1

    def test_a_forged_answer_is_an_error(self):
        with pytest.raises(BadSignature):
            record(query_id="forged")

    def test_a_busy_database_takes_no_results_away(self, monkeypatch, caplog):
        def locked(events):
            raise OperationalError("database is locked")

        monkeypatch.setattr(stores.DatabaseStore, "append", lambda self, events: locked(events))
        assert record() == ""
        assert "could not be recorded" in caplog.text

    def test_nor_does_one_that_cannot_take_the_salt_of_the_day(self, monkeypatch, caplog):
        def read_only(**values):
            raise OperationalError("attempt to write a readonly database")

        monkeypatch.setattr(VisitorSalt.objects, "get_or_create", read_only)
        assert record() == ""
        assert "could not be recorded" in caplog.text

    def test_the_browsers_own_report_takes_its_place(self):
        client = Client(headers={"User-Agent": FIREFOX, "Sec-Fetch-Site": "same-origin"})
        event = {
            "id": record("refund"), "action": "search", "application": "primary-search",
            "query_id": token_for("refund"), "text": "refund", "locale": "en",
        }  # fmt: skip
        body = json.dumps({"visit": "visit-1", "events": [event]})
        response = client.post("/search/events", body, content_type="application/json")
        assert response.json() == {"accepted": 1, "rejected": []}
        row = SearchEvent.objects.get()
        assert (row.visit, row.provisional, row.revision) == ("visit-1", False, 1)
        assert isinstance(row.timestamp, datetime)
