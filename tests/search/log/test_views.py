import json
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.log import recording, views
from search.log.models import SearchEvent
from tests.search.log.factories import token_for

ADDRESS = "/search/events"
ID = "550e8400-e29b-41d4-a716-446655440000"
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
    "Sec-Fetch-Site": "same-origin",
}


def search(text="reset my password", **changes):
    return {
        "id": ID,
        "action": "search",
        "query_id": token_for(text),
        "application": "type-ahead",
        "text": text,
        "locale": "en",
    } | changes


def post(*events, visit="visit-1", body=None, content_type="application/json", **headers):
    if body is None:
        body = json.dumps({"visit": visit, "events": list(events)})
    client = Client(enforce_csrf_checks=True, headers={**BROWSER, **headers})
    return client.post(ADDRESS, body, content_type=content_type)


@pytest.mark.django_db
class TestEventsView:
    def test_accepts_a_search_and_what_followed(self):
        click = {
            "id": str(uuid4()), "action": "click", "object_id": "12", "position": 1,
            "query_id": token_for("reset my password"),
        }  # fmt: skip
        response = post(search(), click)
        assert (response.status_code, response.json()) == (202, {"accepted": 2, "rejected": []})
        stored = SearchEvent.objects.order_by("action").values_list("action", "text", "visit")
        assert list(stored) == [
            ("click", "", "visit-1"),
            ("search", "reset my password", "visit-1"),
        ]

    def test_takes_the_body_of_a_beacon(self):
        response = post(search(), content_type="text/plain;charset=UTF-8")
        assert response.status_code == 202

    def test_says_which_events_are_bad_and_keeps_the_rest(self):
        response = post({"action": "search"}, search(), 7)
        assert (response.status_code, response.json()) == (
            202,
            {
                "accepted": 1,
                "rejected": [
                    {"index": 0, "reason": "query_id missing"},
                    {"index": 2, "reason": "not an object"},
                ],
            },
        )

    def test_refuses_when_none_is_good(self):
        response = post(search(locale="xx"))
        assert (response.status_code, response.json()) == (
            400,
            {"accepted": 0, "rejected": [{"index": 0, "reason": "unknown locale"}]},
        )

    def test_the_same_again_is_accepted_and_counts_once(self):
        event = search()
        post(event)
        assert post(event).json() == {"accepted": 1, "rejected": []}
        assert SearchEvent.objects.count() == 1

    def test_typing_on_replaces_the_search(self):
        post(search("refu"))
        assert post(search("refund")).json() == {"accepted": 1, "rejected": []}
        assert SearchEvent.objects.get().text == "refund"

    def test_another_visit_cannot_replace_it(self):
        post(search("refund"))
        response = post(search("nonsense"), visit="visit-2")
        assert (response.status_code, response.json()) == (
            400,
            {"accepted": 0, "rejected": [{"index": 0, "reason": "id belongs to another visit"}]},
        )
        assert SearchEvent.objects.get().text == "refund"

    def test_nothing_personal_is_stored(self):
        post(search("my mail is taro@example.com"))
        row = SearchEvent.objects.get()
        stored = " ".join(str(getattr(row, field.name)) for field in SearchEvent._meta.fields)
        assert row.text == "my mail is [email]"
        assert "127.0.0.1" not in stored
        assert "Firefox" not in stored

    def test_programs_are_kept_and_marked(self):
        post(search(), **{"User-Agent": "Googlebot/2.1"})
        assert SearchEvent.objects.get().bot is True

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("{", "not JSON"),
            ("[]", "not an object"),
            ('{"visit": "v"}', "events must be a list of at least one event"),
        ],
    )
    def test_refuses_what_is_no_batch(self, body, reason):
        response = post(body=body)
        assert (response.status_code, response.json()) == (400, {"error": reason})

    def test_refuses_more_than_64_kb(self):
        response = post(body="x" * 65_537)
        assert (response.status_code, response.json()) == (413, {"error": "more than 64 kB"})
        assert post(body="x" * 65_536).status_code == 400

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Sec-Fetch-Site": "none"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "https://testserver"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://[evil"}, 403),
            ({"Origin": "http://testserver"}, 202),
            ({"Sec-Fetch-Site": "same-origin"}, 202),
        ],
    )
    def test_only_our_own_pages_may_post(self, headers, status):
        client = Client(headers={"User-Agent": BROWSER["User-Agent"]} | headers)
        body = {"visit": "v", "events": [search()]}
        response = client.post(ADDRESS, body, content_type="application/json")
        assert response.status_code == status
        assert SearchEvent.objects.count() == (status == 202)

    def test_limits_the_rate(self, monkeypatch):
        monkeypatch.setattr(views, "RATE", "2/m")
        answers = [post(search()).status_code for _ in range(3)]
        assert answers == [202, 202, 429]

    def test_a_visit_has_its_share_of_a_day(self, monkeypatch):
        monkeypatch.setattr(recording, "MAX_EVENTS_A_VISIT", 2)
        known = search()
        post(known)
        answer = post(search(id=str(uuid4())), known, search(id=str(uuid4()))).json()
        assert answer == {
            "accepted": 2,
            "rejected": [{"index": 2, "reason": "more than 500 events of this visit today"}],
        }
        assert post(search(id=str(uuid4())), visit="visit-2").status_code == 202
        assert SearchEvent.objects.filter(visit="visit-1").count() == 2

    @pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
    def test_takes_only_posts(self, client, method):
        assert getattr(client, method)(ADDRESS).status_code == 405

    def test_a_batch_costs_the_same_queries_whatever_its_size(self, django_assert_num_queries):
        post(search())  # makes the salt of the day
        for size in (1, 3):
            events = [search(id=str(uuid4())) for _ in range(size)]
            # The salt, the visit's ids, savepoint and release, known ids, insert.
            with django_assert_num_queries(6):
                assert post(*events).json()["accepted"] == size

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["id", "action", "query_id", "text", "locale", "position", "timestamp"]
                    ),
                    inner | st.sampled_from(["search", "click", "dwell", ID, "en"]),
                    max_size=5,
                )
            ),
            max_leaves=12,
        )
    )
    def test_no_json_is_a_server_error(self, value):
        cache.clear()
        assert post(value).status_code in {202, 400}

    def test_the_id_is_stored_as_posted(self):
        post(search())
        assert SearchEvent.objects.get().id == UUID(ID)
