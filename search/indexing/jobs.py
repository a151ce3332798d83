"""The periodic jobs of indexing."""

import logging

from django.core.management import call_command

from search.engines import indexes
from search.engines.base import EngineUnavailable
from search.indexing import periodic
from search.indexing.embedding_job import embed_waiting
from search.indexing.entries import prune
from search.indexing.feeding import ensure_indexes, feed_indexes
from search.indexing.integrity import expectation, find_drift, repair

logger = logging.getLogger(__name__)

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def register_jobs() -> None:
    """Called once, when the app is ready."""
    periodic.register("ensure-indexes", 30, ensure_indexes, on_every_host=True)
    # A task that got lost is made good here, and the standbys of other hosts are fed.
    periodic.register("drain", 2, feed_indexes, on_every_host=True)
    periodic.register("embed", 5, embed_waiting, is_long=True)
    periodic.register("publish-scheduled", MINUTE, publish_scheduled)
    periodic.register("drift-check", HOUR, check_drift, on_every_host=True)
    periodic.register("prune-outbox", HOUR, prune)
    periodic.register("prune-tasks", DAY, prune_tasks)


def publish_scheduled() -> None:
    """Wagtail's scheduled publishing and expiry."""
    call_command("publish_scheduled")


def check_drift() -> int:
    """Compare every index with the database and announce what differs; how many articles."""
    expected = expectation()
    found = 0
    for engine in indexes():
        try:
            drift = find_drift(engine, expected)
        except EngineUnavailable as error:
            logger.warning("drift of the %s index unknown: %s", engine.name, error)
            continue
        if drift.total:
            logger.warning("drift of the %s index: %s", engine.name, drift.report())
        found += repair(drift)
    return found


def prune_tasks() -> None:
    """Forget finished tasks after a day; one is kept for every publication otherwise."""
    call_command("prune_db_task_results", "--backend=worker", "--min-age-days=1", verbosity=0)
