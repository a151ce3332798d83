"""The standby answers while the cluster cannot, and steps back when it can."""

import pytest

from search.circuit_breaker import CircuitBreaker
from search.engines.base import EngineQuery, EngineUnavailable, Field, Term, VectorQuery
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_client import Connection
from search.engines.embedded import EmbeddedEngine
from search.engines.standby import StandbyEngine
from tests.search.engines.documents import SPACE, document, unit, vectors_of

QUERY = EngineQuery(Term(Field.TITLE, "first"), "en", ("public",))


class Switch:
    """An engine that can be turned off: a stand-in for the cluster's death, which the tests of
    the real server cover."""

    name = "elasticsearch"

    def __init__(self, engine):
        self.engine, self.works, self.asked = engine, True, 0

    def search(self, query):
        return self._answer().search(query)

    def nearest(self, *question):
        return self._answer().nearest(*question)

    def similarities(self, *question):
        return self._answer().similarities(*question)

    def known_terms(self, *question):
        return self._answer().known_terms(*question)

    def matches_any(self, query):
        return self._answer().matches_any(query)

    def _answer(self):
        self.asked += 1
        if not self.works:
            raise EngineUnavailable("down")
        return self.engine


@pytest.fixture
def embedded(tmp_path):
    engine = EmbeddedEngine(tmp_path / "standby")
    engine.write([document("1", "First")])
    return engine


@pytest.fixture
def primary(tmp_path):
    engine = EmbeddedEngine(tmp_path / "primary")
    engine.write([document("2", "First")])
    return Switch(engine)


def test_the_primary_answers_while_it_can(primary, embedded):
    result = StandbyEngine(primary, embedded).search(QUERY)
    assert ([hit.id for hit in result.hits], result.degraded) == (["2"], False)


def test_the_standby_answers_and_says_so(primary, embedded):
    primary.works = False
    result = StandbyEngine(primary, embedded).search(QUERY)
    assert ([hit.id for hit in result.hits], result.degraded) == (["1"], True)


def test_a_dead_primary_is_not_asked_again_at_once(primary, embedded):
    primary.works = False
    engine = StandbyEngine(primary, embedded, retry_seconds=60)
    for _ in range(3):
        engine.search(QUERY)
    assert primary.asked == 1


def test_the_primary_is_tried_again_and_takes_over(primary, embedded):
    primary.works = False
    engine = StandbyEngine(primary, embedded, retry_seconds=0)
    assert engine.search(QUERY).degraded
    primary.works = True
    assert not engine.search(QUERY).degraded
    assert not engine.breaker.is_open


def test_both_out_is_an_outage(primary, tmp_path):
    primary.works = False
    broken = EmbeddedEngine(tmp_path / "broken")
    broken.write([document("1", "First")])
    for meta in (tmp_path / "broken").glob("en/*/meta.json"):
        meta.write_text("{", encoding="utf-8")
    with pytest.raises(EngineUnavailable):
        StandbyEngine(primary, EmbeddedEngine(tmp_path / "broken")).search(QUERY)


def test_an_unreachable_cluster_leaves_the_standby_and_its_reason(embedded):
    cluster = ElasticsearchEngine(Connection("http://127.0.0.1:9", budget_seconds=1))
    engine = StandbyEngine(cluster, embedded)
    assert engine.search(QUERY).degraded
    status = engine.status()
    assert (status.engine, status.problem) == ("embedded", "the search cluster cannot be reached")


def test_an_open_breaker_admits_one_probe_at_a_time():
    breaker = CircuitBreaker("cluster", "the standby does", retry_seconds=0)
    breaker.failed("down")
    assert breaker.admits()
    breaker = CircuitBreaker("cluster", "the standby does", retry_seconds=60)
    breaker.failed("down")
    assert not breaker.admits()


def test_words_known_here_cost_no_round_trip(primary, embedded):
    engine = StandbyEngine(primary, embedded)
    assert engine.known_terms("en", ["first"], ("public",)) == {"first"}
    assert primary.asked == 0


def test_nor_do_words_that_no_article_here_holds(primary, embedded):
    engine = StandbyEngine(primary, embedded)
    assert engine.known_terms("en", ["frist"], ("public",)) == frozenset()
    assert primary.asked == 0


def test_what_a_word_may_become_is_known_here(primary, embedded):
    engine = StandbyEngine(primary, embedded)
    assert engine.completions("en", "fir", ("public",), 8) == {"first": 1}
    assert primary.asked == 0


def test_nobody_else_is_asked_what_a_word_may_become(primary, tmp_path):
    """The cluster cannot list terms: an answer without asking would close an open breaker."""
    engine = StandbyEngine(primary, EmbeddedEngine(tmp_path / "empty"), retry_seconds=0)
    engine.breaker.failed("down")
    assert engine.completions("en", "fir", ("public",), 8) == {}
    assert engine.breaker.is_open


def test_whether_anything_matches_is_known_here(primary, embedded):
    engine = StandbyEngine(primary, embedded)
    assert engine.matches_any(QUERY)
    assert primary.asked == 0


def test_the_cluster_knows_whether_anything_matches_while_nothing_is_here(primary, tmp_path):
    engine = StandbyEngine(primary, EmbeddedEngine(tmp_path / "empty"))
    assert engine.matches_any(QUERY)
    assert primary.asked == 1


def test_the_cluster_is_asked_for_words_while_nothing_is_here(primary, tmp_path):
    engine = StandbyEngine(primary, EmbeddedEngine(tmp_path / "empty"))
    assert engine.known_terms("en", ["first"], ("public",)) == {"first"}
    assert primary.asked == 1


class TestMeaning:
    """What prepares and ranks a search is asked here, and of the cluster where it is not here."""

    QUERY = VectorQuery(SPACE, unit(1, 0), (), "en", ("public",))
    VECTORS = vectors_of([unit(1, 0)])

    @pytest.fixture
    def far(self, tmp_path):
        engine = EmbeddedEngine(tmp_path / "far")
        engine.write([document("2", "First", vectors=self.VECTORS)])
        return Switch(engine)

    def asked(self, far, here):
        engine = StandbyEngine(far, here)
        nearest = [hit.id for hit in engine.nearest(self.QUERY, 3)]
        return nearest, list(engine.similarities(self.QUERY, ["1", "2"]))

    def test_vectors_at_hand_cost_no_round_trip(self, far, tmp_path):
        here = EmbeddedEngine(tmp_path / "here")
        here.write([document("1", "First", vectors=self.VECTORS)])
        assert self.asked(far, here) == (["1"], ["1"])
        assert far.asked == 0

    def test_a_copy_without_vectors_leaves_it_to_the_cluster(self, far, embedded):
        assert self.asked(far, embedded) == (["2"], ["2"])
