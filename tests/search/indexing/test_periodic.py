"""Jobs run when they are due, once over all hosts or on each."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search.indexing import periodic
from search.indexing.models import PeriodicRun


@pytest.fixture
def calls(monkeypatch, db):
    """An empty registry; jobs made by ``job`` note their runs here."""
    monkeypatch.setattr(periodic, "_jobs", {})
    monkeypatch.setattr(periodic, "_last_here", {})
    return []


def job(calls, name, every=60, **kwargs):
    periodic.register(name, every, lambda: calls.append(name), **kwargs)


def test_a_job_runs_once_per_period(calls):
    job(calls, "report")
    periodic.run_due()
    periodic.run_due()
    assert calls == ["report"]
    PeriodicRun.objects.update(started_at=timezone.now() - timedelta(seconds=61))
    periodic.run_due()
    assert calls == ["report", "report"]


def test_another_host_that_was_first_does_it(calls):
    job(calls, "report")
    PeriodicRun.objects.create(name="report", started_at=timezone.now())
    assert periodic.run_due() == []


def test_a_quick_job_of_every_host_asks_no_database(calls, django_assert_num_queries):
    job(calls, "drain", every=2, on_every_host=True)
    with django_assert_num_queries(0):
        periodic.run_due()
        periodic.run_due()
    assert calls == ["drain"]


def test_another_host_runs_a_job_of_every_host_as_well(calls, settings, tmp_path):
    job(calls, "drift-check", every=3600, on_every_host=True)
    periodic.run_due()
    periodic.run_due()
    settings.INDEX_DIR = tmp_path / "another-host"
    periodic.run_due()
    assert calls == ["drift-check", "drift-check"]


def test_a_job_that_fails_does_not_stop_the_next(calls, caplog):
    def fail():
        raise ValueError("no paper")

    periodic.register("print", 60, fail)
    job(calls, "report")
    outcomes = periodic.run_due()
    assert [(o.name, o.error) for o in outcomes] == [
        ("print", "ValueError: no paper"),
        ("report", ""),
    ]
    assert PeriodicRun.objects.get(name="print").error == "ValueError: no paper"
    assert "periodic job print failed" in caplog.text


def test_a_name_is_registered_once(calls):
    job(calls, "report", 60)
    job(calls, "report", 30)
    assert [entry.every_seconds for entry in periodic.jobs()] == [30]


def test_the_jobs_of_indexing_run(site):
    names = [
        "ensure-indexes",
        "drain",
        "publish-scheduled",
        "drift-check",
        "prune-outbox",
        "prune-tasks",
    ]
    registered = {entry.name: entry for entry in periodic.jobs()}
    outcomes = periodic.run_jobs(registered[name] for name in names)
    assert [(outcome.name, outcome.error) for outcome in outcomes] == [(n, "") for n in names]
