import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from search.indexing import periodic
from search.log import stores
from search.log.models import SearchEvent
from tests.search.log.factories import search_event


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestEraseSearches:
    @pytest.fixture(autouse=True)
    def _one_search(self):
        stores.landing().append([search_event("who is taro")])

    @pytest.mark.parametrize("what", [("--visit", "visit-1"), ("--text", "Who is Taro?")])
    def test_erases(self, what):
        answer = json.loads(run("erase_searches", *what, "--json"))
        assert answer == {"events": 1, "waiting": False}
        assert SearchEvent.objects.count() == 0

    def test_says_so(self):
        assert run("erase_searches", "--visit=visit-1") == "Erased 1 events.\n"

    @pytest.mark.parametrize("arguments", ["--visit=", "--text=", "--text= "])
    def test_wants_something_to_erase(self, arguments):
        with pytest.raises(CommandError, match="is empty"):
            run("erase_searches", arguments)
        assert SearchEvent.objects.count() == 1

    @pytest.mark.parametrize("arguments", [(), ("--visit=a", "--text=b")])
    def test_wants_one_of_both(self, arguments):
        with pytest.raises(CommandError):
            run("erase_searches", *arguments)


@pytest.mark.django_db
class TestApplyRetention:
    def test_reports(self):
        assert json.loads(run("apply_retention", "--json")) == {
            "events": 0,
            "salts": 0,
            "texts": 0,
            "answers": 0,
        }
        assert run("apply_retention") == (
            "Deleted 0 events and 0 salts; forgot 0 rare texts and 0 counts of answers.\n"
        )

    def test_a_cluster_that_is_away_is_one_clear_line(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
        with pytest.raises(CommandError, match="Events in Elasticsearch were not deleted"):
            run("apply_retention")


def test_the_jobs_are_registered():
    names = {job.name for job in periodic.jobs()}
    assert {"ship-search-events", "roll-up-searches", "search-log-retention"} <= names
