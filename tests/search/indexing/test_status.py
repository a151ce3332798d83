"""What status command and readiness probe say."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import RequestFactory

from kb.models import Article
from search import embedding
from search.analysis import ANALYSIS_VERSION
from search.indexing import periodic, status
from search.indexing.consumer import drain
from search.indexing.models import ParkedEntry
from search.indexing.positions import index_name
from search.indexing.rebuild import rebuild_index
from search.indexing.views import readyz
from tests.factories import ArticleFactory
from tests.search.indexing.factories import FlakyEngine


def run(capsys, command, *arguments):
    call_command(command, *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def probe():
    answer = readyz(RequestFactory().get("/readyz"))
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def filled(site, engine):
    articles = [ArticleFactory(parent=site.topics(code)) for code in ("en", "en", "ja")]
    rebuild_index(engine)
    return articles


class TestSearchStatus:
    def test_in_order(self, filled, engine, capsys):
        state = run(capsys, "search_status")
        details = state.pop("indexes")
        assert state.pop("index_bytes") > 0
        assert state == {
            "engine": "embedded",
            "degraded": False,
            "problem": "",
            "documents": {"en": 2, "ja": 1},
            "eligible": {"en": 2, "ja": 1},
            "drift": 0,
            "outbox": 0,
            "parked": [],
            "analysis_version": ANALYSIS_VERSION,
            "code_analysis_version": ANALYSIS_VERSION,
            "meaning": {
                "embedder": embedding.current().space,
                "waiting": {"en": 2, "ja": 1},
                "problem": "",
            },
        }
        assert [entry["index"] for entry in details] == [index_name(engine)]

    def test_counts_drift_outbox_and_parked(self, filled, engine, capsys):
        filled[0].title = "Changed"
        filled[0].save()
        Article.objects.filter(pk=filled[2].pk).update(live=False)
        ParkedEntry.objects.create(index=index_name(engine), article_id=5, error="no")
        state = run(capsys, "search_status")
        assert (state["drift"], state["outbox"]) == (2, 1)
        assert state["eligible"] == {"en": 2, "ja": 0}
        assert state["parked"] == [{"article_id": 5, "error": "no", "attempts": 1}]
        assert state["indexes"][0]["drift_by_kind"]["surplus"] == {
            "count": 1,
            "examples": [filled[2].pk],
        }

    def test_before_anything_was_built(self, site, capsys):
        state = run(capsys, "search_status")
        assert state["problem"] == "this index has never been built"
        assert state["degraded"] is True
        assert state["documents"] == {"en": 0, "ja": 0}

    def test_for_people(self, filled, capsys):
        call_command("search_status")
        said = capsys.readouterr().out.splitlines()
        assert "documents: en 2, ja 1" in said
        assert "degraded: no" in said
        assert "parked: none" in said
        assert "  waiting: en 2, ja 1" in said[said.index("meaning:") :]

    def test_meaning_that_is_out_or_off(self, filled, settings, capsys):
        settings.EMBEDDER, settings.EMBEDDER_MODEL = "http://127.0.0.1:9/v1", "e5"
        meaning = run(capsys, "search_status")["meaning"]
        assert meaning["problem"] == "the embedder cannot be reached or is too slow"
        assert meaning["embedder"].startswith("e5 / ")
        settings.EMBEDDER = "off"
        assert run(capsys, "search_status")["meaning"] == {
            "embedder": "off",
            "waiting": {"en": 0, "ja": 0},
            "problem": "",
        }

    def test_an_outage_while_feeding_is_said(self, filled, engine, capsys):
        filled[0].save()
        drain(FlakyEngine(engine, outage=True))
        state = run(capsys, "search_status")
        assert state["indexes"][0]["problem"] == "gone fishing"
        assert state["outbox"] == 1


class TestReadyz:
    def test_ready(self, filled):
        assert probe() == (
            200,
            {
                "ready": True,
                "engine": "embedded",
                "degraded": False,
                "problem": "",
                "database": True,
                "index": ["en", "ja"],
                "outbox": 0,
            },
        )

    def test_without_an_index(self, site):
        code, state = probe()
        assert (code, state["ready"], state["degraded"]) == (503, False, True)

    def test_with_an_index_of_another_analysis(self, filled, monkeypatch):
        monkeypatch.setattr("search.indexing.rebuild.ANALYSIS_VERSION", "next")
        code, state = probe()
        assert (code, state["ready"], state["degraded"]) == (200, True, True)
        assert state["problem"] == f"analysed by version {ANALYSIS_VERSION}, now next"

    def test_without_a_database(self, filled, monkeypatch):
        def fail(*args):
            raise DatabaseError("could not connect to 10.0.0.5")

        monkeypatch.setattr(status, "find_position", fail)
        code, state = probe()
        assert (code, state["ready"], state["database"]) == (503, False, False)
        assert state["problem"] == "the database does not answer"

    def test_with_a_cluster_that_does_not_answer(self, filled, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
        code, state = probe()
        assert (code, state["ready"], state["degraded"]) == (200, True, True)
        assert (state["engine"], state["problem"]) == (
            "embedded",
            "the search cluster cannot be reached",
        )

    def test_takes_no_post(self):
        assert readyz(RequestFactory().post("/readyz")).status_code == 405

    def test_costs_few_queries(self, filled, django_assert_num_queries):
        # position twice, waiting rows, locales
        with django_assert_num_queries(4):
            probe()


class TestRebuildIndexCommand:
    def test_rebuilds_all(self, filled, capsys):
        answer = run(capsys, "rebuild_index")
        assert answer["documents"] == {"embedded": {"en": 2, "ja": 1}}

    def test_one_locale(self, filled, capsys):
        answer = run(capsys, "rebuild_index", "--locale", "ja")
        assert answer["documents"] == {"embedded": {"ja": 1}}

    def test_only_if_needed(self, filled, capsys):
        assert run(capsys, "rebuild_index", "--if-needed")["documents"] == {}

    def test_an_unknown_locale(self, filled):
        with pytest.raises(CommandError, match="no such locale: xx"):
            call_command("rebuild_index", "--locale", "xx")

    def test_a_cluster_that_does_not_answer(self, filled, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
        with pytest.raises(CommandError, match="elasticsearch: the search cluster cannot"):
            call_command("rebuild_index", "--engine", "elasticsearch")


class TestRunPeriodicCommand:
    @pytest.fixture(autouse=True)
    def registry(self, monkeypatch):
        monkeypatch.setattr(periodic, "_jobs", {})

    def test_runs_what_is_due(self, db, capsys):
        periodic.register("report", 60, lambda: None)
        [ran] = run(capsys, "run_periodic")["ran"]
        assert (ran["name"], ran["error"]) == ("report", "")
        assert run(capsys, "run_periodic") == {"ran": []}
        assert len(run(capsys, "run_periodic", "--all")["ran"]) == 1

    def test_a_failure_is_an_error(self, db):
        periodic.register("report", 60, lambda: 1 / 0)
        with pytest.raises(CommandError, match="failed: report"):
            call_command("run_periodic")
