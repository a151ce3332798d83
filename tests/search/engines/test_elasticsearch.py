"""The cluster's engine against a real Elasticsearch."""

from uuid import uuid4

import pytest

from search.engines.base import EngineQuery, EngineUnavailable, Field, Term
from search.engines.elasticsearch import Connection, ElasticsearchEngine
from tests.search.engines.conformance import EngineConformance
from tests.search.engines.documents import document

QUERY = EngineQuery(Term(Field.TITLE, "x"), "en", ("public",))


@pytest.fixture
def engine(elasticsearch_url):
    connection = Connection(elasticsearch_url, prefix=f"t{uuid4().hex[:8]}-", budget_seconds=20)
    engine = ElasticsearchEngine(connection)
    yield engine
    engine.drop_indices()


class TestElasticsearch(EngineConformance):
    @pytest.fixture
    def engine(self, engine):
        return engine


def test_a_missing_index_is_an_outage_so_that_the_standby_answers(engine):
    with pytest.raises(EngineUnavailable, match="no index yet"):
        engine.search(QUERY)


def test_status_names_the_analysis_version_and_size(engine):
    engine.write([document("1", "First")])
    status = engine.status()
    assert (status.available, status.documents) == (True, {"en": 1})
    assert status.index_bytes > 0


def test_nobody_there():
    engine = ElasticsearchEngine(Connection("http://127.0.0.1:9", budget_seconds=1))
    with pytest.raises(EngineUnavailable, match="cannot be reached"):
        engine.search(QUERY)
    assert engine.status().problem == "the search cluster cannot be reached"


def test_a_wrong_password_is_said_without_showing_it(secured_elasticsearch):
    connection = Connection(
        secured_elasticsearch.url, username="elastic", password="wrong-one", budget_seconds=10
    )
    engine = ElasticsearchEngine(connection)
    with pytest.raises(EngineUnavailable, match="refused the credentials") as caught:
        engine.search(QUERY)
    assert "wrong-one" not in str(caught.value) + repr(connection)
