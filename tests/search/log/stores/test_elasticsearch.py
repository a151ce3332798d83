from uuid import UUID, uuid4

import pytest
from elasticsearch import Elasticsearch

from search.engines.base import EngineUnavailable
from search.log.events import EventAction
from search.log.stores.elasticsearch import ElasticsearchStore
from tests.search.log.factories import follow_up, search_event
from tests.search.log.stores.conformance import DAY, LogStoreCases


@pytest.fixture
def cluster(elasticsearch_url):
    with Elasticsearch(elasticsearch_url) as client:
        yield client


@pytest.fixture
def prefix(cluster):
    prefix = f"test-{uuid4().hex[:8]}-"
    yield prefix
    names = list(cluster.indices.get(index=f"{prefix}*"))
    if names:
        cluster.indices.delete(index=names)
    cluster.indices.delete_index_template(name=f"{prefix}ubi_*")


@pytest.fixture
def store(cluster, prefix):
    store = ElasticsearchStore(cluster, prefix)
    store.put([])
    return store


class TestElasticsearchStore(LogStoreCases):
    def test_searches_and_events_lie_in_monthly_indices(self, store, cluster, prefix):
        search = search_event()
        store.append([search, follow_up(search, EventAction.CLICK)])
        names = {name.removeprefix(prefix) for name in cluster.indices.get(index=f"{prefix}*")}
        assert names == {"ubi_queries-2026.11", "ubi_events-2026.11"}

    def test_purge_drops_whole_months(self, store, cluster, prefix):
        old = search_event("old", search_event().timestamp.replace(month=8))
        store.append([old])
        assert store.purge(DAY) == 1
        assert dict(cluster.indices.get(index=f"{prefix}*")) == {}

    def test_an_older_revision_never_replaces_a_newer(self, store):
        newer = search_event("refund", revision=2)
        store.put([newer])
        assert store.put([search_event("refu", id=newer.id, revision=1)]) == {}
        assert list(store.scan(DAY)) == [newer]

    def test_what_the_cluster_refuses_for_itself_is_named(self, store):
        bad = search_event("bad", total=2**40)
        good = search_event("good")
        assert list(store.put([bad, good])) == [bad.id]
        assert list(store.scan(DAY)) == [good]

    def test_documents_have_the_names_of_ubi(self, store, cluster, prefix):
        search = search_event(id=UUID(int=1), query_id="q" * 32)
        shown = follow_up(search, EventAction.IMPRESSION, id=UUID(int=2), position=1)
        store.append([search, shown])
        get = lambda index, number: cluster.get(  # noqa: E731
            index=f"{prefix}ubi_{index}-2026.11", id=str(UUID(int=number))
        )["_source"]
        own = {"day": "2026-11-10", "visitor": "a" * 32, "locale": "en"}
        assert get("queries", 1) == {
            "user_query": "reset my password",
            "query_id": "q" * 32,
            "client_id": "visit-1",
            "application": "type-ahead",
            "object_id_field": "id",
            "timestamp": "2026-11-10T12:00:00+00:00",
            "@timestamp": "2026-11-10T12:00:00+00:00",
            "annai": own | {"question": search.question, "total": 3, "engine": "embedded"},
        }
        assert get("events", 2) == {
            "action_name": "impression",
            "message_type": "IMPRESSION",
            "query_id": "q" * 32,
            "client_id": "visit-1",
            "application": "",
            "timestamp": "2026-11-10T12:00:10+00:00",
            "@timestamp": "2026-11-10T12:00:10+00:00",
            "event_attributes": {
                "object": {"object_id": "12", "object_id_field": "id"},
                "position": {"ordinal": 1},
            },
            "annai": own,
        }


def test_a_cluster_that_is_away_says_so():
    store = ElasticsearchStore(Elasticsearch("http://127.0.0.1:9", max_retries=0), "test-")
    for call in (
        lambda: store.append([search_event()]),
        lambda: list(store.scan(DAY)),
        lambda: store.purge(DAY),
        lambda: store.erase(visit="v"),
    ):
        with pytest.raises(EngineUnavailable):
            call()
