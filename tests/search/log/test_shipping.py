from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from search.engines.base import EngineUnavailable
from search.log import stores
from search.log.erasing import erase_visit
from search.log.events import EventAction
from search.log.models import Erasure, SearchEvent
from search.log.shipping import ship_events
from search.log.stores.database import DatabaseStore
from search.log.stores.elasticsearch import ElasticsearchStore
from search.log.stores.ubi import to_document
from tests.search.log.factories import follow_up, search_event

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def cluster(elasticsearch_url, settings):
    settings.ELASTICSEARCH_URL = elasticsearch_url
    settings.ELASTICSEARCH_PREFIX = prefix = f"test-{uuid4().hex[:8]}-"
    with Elasticsearch(elasticsearch_url) as client:
        yield client
        names = list(client.indices.get(index=f"{prefix}*"))
        if names:
            client.indices.delete(index=names)
        client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}ubi_*")


def log(*events):
    stores.landing().append(events)


def shipped(day):
    return list(ElasticsearchStore.from_settings().scan(day))


def unshipped():
    return SearchEvent.objects.filter(shipped_at=None).count()


@pytest.mark.django_db
class TestShipping:
    def test_without_a_cluster_there_is_nothing_to_do(self):
        log(search_event())
        assert ship_events() == 0
        assert unshipped() == 1

    def test_copies_every_event_once(self, cluster):
        search = search_event()
        log(search, follow_up(search, EventAction.CLICK))
        assert (ship_events(), ship_events()) == (2, 0)
        assert shipped(search.day) == list(DatabaseStore().scan(search.day))

    def test_a_replaced_search_goes_again(self, cluster):
        search = search_event("refu")
        log(search)
        ship_events()
        log(replace(search, text="refund", timestamp=search.timestamp + timedelta(seconds=3)))
        assert ship_events() == 1
        assert [event.text for event in shipped(search.day)] == ["refund"]

    def test_one_that_was_replaced_on_the_way_goes_again(self, cluster, monkeypatch):
        search = search_event("refu")
        later = replace(search, text="refund", timestamp=search.timestamp + timedelta(seconds=3))
        log(search)
        put = ElasticsearchStore.put

        def replaced_meanwhile(self, events):
            monkeypatch.setattr(ElasticsearchStore, "put", put)
            answer = put(self, events)
            log(later)
            return answer

        monkeypatch.setattr(ElasticsearchStore, "put", replaced_meanwhile)
        assert ship_events() == 2
        assert [event.text for event in shipped(search.day)] == ["refund"]

    def test_a_refused_one_is_parked_and_holds_nothing_up(self, cluster, monkeypatch, caplog):
        bad, good = search_event("bad"), search_event("good")
        log(bad, good)

        def spoilt(event):
            return to_document(event) | ({"timestamp": "never"} if event == bad else {})

        monkeypatch.setattr("search.log.stores.elasticsearch.to_document", spoilt)
        assert (ship_events(), ship_events()) == (1, 0)
        assert [event.text for event in shipped(good.day)] == ["good"]
        assert SearchEvent.objects.get(id=bad.id).ship_error != ""
        assert str(bad.id) in caplog.text

    def test_a_dead_cluster_loses_nothing(self, cluster, settings):
        alive = settings.ELASTICSEARCH_URL
        search = search_event()
        log(search)
        settings.ELASTICSEARCH_URL = NOWHERE
        with pytest.raises(EngineUnavailable):
            ship_events()
        assert unshipped() == 1
        settings.ELASTICSEARCH_URL = alive
        assert ship_events() == 1
        assert shipped(search.day) == [search]

    def test_a_day_is_read_from_the_cluster_once_all_of_it_is_there(self, cluster):
        search = search_event()
        log(search)
        assert isinstance(stores.holding(search.day), DatabaseStore)
        ship_events()
        assert isinstance(stores.holding(search.day), ElasticsearchStore)


@pytest.mark.django_db
class TestErasingInTheCluster:
    def test_follows_at_once(self, cluster):
        log(search_event(), search_event(visit="visit-2"))
        ship_events()
        assert erase_visit("visit-1").waiting is False
        assert [event.visit for event in shipped(search_event().day)] == ["visit-2"]

    def test_follows_when_the_cluster_is_back(self, cluster, settings):
        alive = settings.ELASTICSEARCH_URL
        log(search_event())
        ship_events()
        settings.ELASTICSEARCH_URL = NOWHERE
        assert erase_visit("visit-1").waiting is True
        settings.ELASTICSEARCH_URL = alive
        ship_events()
        assert shipped(search_event().day) == []

    def test_is_repeated_until_no_copy_can_be_under_way(self, cluster):
        erase_visit("visit-1")
        ElasticsearchStore.from_settings().put([search_event()])  # was under way
        ship_events()
        assert shipped(search_event().day) == []
        assert Erasure.objects.count() == 1
        Erasure.objects.update(requested_at=Erasure.objects.get().requested_at - timedelta(hours=2))
        ship_events()
        assert Erasure.objects.count() == 0
