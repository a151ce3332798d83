"""The cluster's engine against a real Elasticsearch."""

from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from search.analysis import ANALYSIS_VERSION
from search.engines import elasticsearch_indices
from search.engines.base import (
    AnyOf,
    BestOf,
    DocumentRejected,
    EngineQuery,
    EngineUnavailable,
    Facet,
    Field,
    Phrase,
    Prefix,
    Term,
)
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_client import Connection, cluster_errors
from search.engines.elasticsearch_mapping import ADDED_LATER, MAPPINGS
from search.engines.embedded import EmbeddedEngine
from tests.search.engines.conformance import EngineConformance, ids, verified
from tests.search.engines.documents import document

QUERY = EngineQuery(Term(Field.TITLE, "x"), "en", ("public",))


@pytest.fixture
def engine(elasticsearch_url):
    connection = Connection(elasticsearch_url, prefix=f"t{uuid4().hex[:8]}-", budget_seconds=20)
    engine = ElasticsearchEngine(connection)
    yield engine
    engine.indices.drop_all()


class TestElasticsearch(EngineConformance):
    @pytest.fixture
    def engine(self, engine):
        return engine


@pytest.mark.parametrize(
    "root",
    [
        Term(Field.TEXT, "password"),
        Term(Field.TITLE, "password", 0.3),
        Phrase(Field.TEXT, ("reset", "password"), boost=0.3),
        AnyOf((Term(Field.TEXT, "link"), Prefix(Field.WORDS, "pass", 2.0))),
        BestOf((Term(Field.TEXT, "link"), Term(Field.TEXT, "password"))),
    ],
)
def test_scores_are_those_of_the_embedded_engine(engine, tmp_path, root):
    """Constant scores, thresholds and the standby count on it."""
    embedded = EmbeddedEngine(tmp_path / "index")
    for each in (engine, embedded):
        each.write(
            [
                document("1", "Reset your password", "We send a link to a new password."),
                document("2", "Password rules", "Eight letters. " * 30),
                document("3", "Cancel an order", "By the link in our letter."),
                document("4", "Returns", "Within a month."),
            ]
        )
    query = EngineQuery(root, "en", ("public",))
    scores = {hit.id: hit.score for hit in embedded.search(query).hits}
    assert scores
    assert {h.id: h.score for h in engine.search(query).hits} == pytest.approx(scores, rel=1e-3)


@pytest.mark.parametrize("facets", [(), (Facet.TOPIC,)])
def test_a_missing_index_is_an_outage_so_that_the_standby_answers(engine, facets):
    with pytest.raises(EngineUnavailable, match="no index yet"):
        engine.search(replace(QUERY, facets=facets))


@pytest.mark.parametrize(
    ("status", "said"), [(429, "overloaded"), (400, "400: x"), (503, "503: x")]
)
def test_one_of_two_searches_that_fails_is_an_outage(engine, monkeypatch, status, said):
    engine.write([document("1", "x", topics=("10",))])
    query = replace(QUERY, facets=(Facet.TOPIC,))
    assert engine.search(query).facets == {Facet.TOPIC: {"10": 1}}
    failed = {"status": status, "error": {"type": "x"}}
    answer = SimpleNamespace(body={"responses": [{"status": 200}, failed]})
    monkeypatch.setattr(engine.client, "msearch", lambda **_: answer)
    with pytest.raises(EngineUnavailable, match=said):
        engine.search(query)


def test_a_total_is_never_less_than_the_hits_beside_it(engine, monkeypatch):
    """The two searches may see the index a moment apart."""
    engine.write([document("1", "x"), document("2", "x")])
    before = engine._searches

    def apart(locale, bodies):
        found, counted = before(locale, bodies)
        counted["hits"]["total"]["value"] = 0
        return [found, counted]

    monkeypatch.setattr(engine, "_searches", apart)
    assert engine.search(replace(QUERY, facets=(Facet.TOPIC,))).total == 2


def test_status_names_the_analysis_version_and_size(engine):
    engine.write([document("1", "First")])
    status = engine.status()
    assert (status.available, status.documents) == (True, {"en": 1})
    assert status.index_bytes > 0


def index_names(engine):
    return sorted(engine.client.indices.get(index=f"{engine.indices.prefix}articles-*").body)


def test_an_index_of_an_earlier_release_goes_on(engine, monkeypatch):
    fields = {
        name: field for name, field in MAPPINGS["properties"].items() if name not in ADDED_LATER
    }
    source = {"includes": ["digest", "visibility", "facet_*"]}
    with monkeypatch.context() as before:
        before.setattr(
            elasticsearch_indices,
            "MAPPINGS",
            {**MAPPINGS, "properties": fields, "_source": source},
        )
        engine.write([document("1", "First"), document("2", "First")])
    root = Term(Field.TITLE, "first")
    assert verified(engine, root) == {"1": "", "2": ""}
    counting = replace(QUERY, root=root, facets=(Facet.TOPIC, Facet.TOP_TOPIC))
    assert [hit.id for hit in engine.search(counting).hits] == ["1", "2"]
    new = document("2", "First", verified_on="2026-11-01")
    engine.write([replace(new, fields={**new.fields, Field.TEXT_READINGS: ("fasuto",)})])
    assert verified(engine, root) == {"1": "", "2": "2026-11-01"}
    assert ids(engine, Prefix(Field.TEXT_READINGS, "fas")) == ["2"]


class TestRebuildBesideWrites:
    def test_a_first_write_leaves_the_successor_alone(self, engine):
        rebuild = engine.rebuild("en", [document("1", "First")])
        engine.write([document("2", "Second")])
        assert ids(engine, Term(Field.TITLE, "second")) == ["2"]
        assert engine.status().documents == {"en": 1}
        rebuild.write([document("2", "Second")])
        rebuild.swap()
        assert engine.status().documents == {"en": 2}
        assert index_names(engine) == [rebuild._name]

    def test_a_swap_drops_older_leftovers_only(self, engine):
        engine.write([document("1", "First")])
        engine.rebuild("en", [])  # its process died
        rebuild = engine.rebuild("en", [document("1", "First")])
        newer = engine.rebuild("en", [document("1", "First")])
        rebuild.swap()
        assert index_names(engine) == sorted([rebuild._name, newer._name])

    def test_an_index_that_vanished_is_not_made_again(self, engine):
        rebuild = engine.rebuild("en", [document("1", "First")])
        engine.client.indices.delete(index=rebuild._name)
        with pytest.raises(EngineUnavailable):
            rebuild.write([document("2", "Second")])
        with pytest.raises(EngineUnavailable):
            rebuild.swap()
        rebuild.discard()
        assert index_names(engine) == []

    def test_an_alias_that_vanished_is_not_made_an_index(self, engine, monkeypatch):
        monkeypatch.setattr(engine.indices, "ensure_alias", lambda locale: None)
        with pytest.raises(EngineUnavailable, match="no index yet"):
            engine.write([document("1", "First")])
        # It may vanish later still.
        monkeypatch.setattr(engine.indices, "map_fields", lambda index, documents: None)
        with pytest.raises(EngineUnavailable, match="refused 1 documents"):
            engine.write([document("1", "First")])
        assert index_names(engine) == []

    def test_one_that_fails_while_filling_leaves_nothing(self, engine):
        def documents():
            yield document("1", "First")
            raise RuntimeError("the database went away")

        with pytest.raises(RuntimeError, match="went away"):
            engine.rebuild("en", documents())
        assert index_names(engine) == []

    def test_a_refused_document_is_the_documents_fault(self, engine):
        bad = replace(document("1", "First"), facets={Facet.TOPIC: ("x" * 40_000,)})
        with pytest.raises(DocumentRejected):
            engine.rebuild("en", [bad, document("2", "Second")])
        assert index_names(engine) == []
        with pytest.raises(DocumentRejected):
            engine.write([bad])


@pytest.mark.parametrize("other", ["0-x", "z-x"])
def test_any_other_analysis_version_is_named(engine, monkeypatch, other):
    engine.write([document("1", "First")])
    assert engine.status().analysis_version == ANALYSIS_VERSION
    monkeypatch.setattr(elasticsearch_indices, "ANALYSIS_VERSION", other)
    engine.write([document("2", "二つ目", locale="ja")])
    monkeypatch.undo()
    assert engine.status().analysis_version == other


def test_a_swap_while_status_looks_is_no_failure(engine, monkeypatch):
    engine.write([document("1", "First")])
    later = f"{engine.indices.alias('en')}-{ANALYSIS_VERSION}-1"
    monkeypatch.setattr(engine.indices, "live_names", lambda: {"en": later})
    status = engine.status()
    assert (status.available, status.documents) == (True, {"en": 0})


class TestAnswersToBulks:
    """What each answer of the cluster to one operation means; no cluster is asked."""

    @pytest.fixture
    def answer(self, monkeypatch):
        engine = ElasticsearchEngine(Connection("http://127.0.0.1:9"))

        def answer(*answers):
            errors = [{op: {"status": status, "error": "no"}} for op, status in answers]
            monkeypatch.setattr(elasticsearch_indices, "bulk", lambda *_, **__: (0, errors))
            with cluster_errors():
                engine.indices.send([])

        return answer

    def test_deleting_what_is_absent_is_no_error(self, answer):
        answer(("delete", 404))

    def test_only_400_is_the_documents_fault(self, answer):
        with pytest.raises(DocumentRejected):
            answer(("index", 400), ("delete", 404))

    @pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
    def test_everything_else_is_an_outage(self, answer, status):
        with pytest.raises(EngineUnavailable, match="refused 2 documents"):
            answer(("index", status), ("index", 400))


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
