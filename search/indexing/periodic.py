"""Periodic work: a registry, and runs of what is due.

Layers register their jobs in ``AppConfig.ready``. A job runs on one of the hosts, claimed in the
database; a job ``on_every_host`` (feeding the host's own index) runs on each. Jobs of every host
that are due several times a minute are not noted in the database, only timed in the process.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from search.indexing.host import host_mark
from search.indexing.models import PeriodicRun

logger = logging.getLogger(__name__)

Job = Callable[[], object]

QUICK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A function and the seconds between the starts of two runs."""

    name: str
    every_seconds: float
    function: Job
    on_every_host: bool = False
    is_long: bool = False

    @property
    def is_quick(self) -> bool:
        """Whether it comes round too often to be noted in the database."""
        return self.on_every_host and self.every_seconds < QUICK_SECONDS

    @property
    def name_here(self) -> str:
        """The name its runs are noted under."""
        return f"{self.name}@{host_mark()}" if self.on_every_host else self.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of a job; ``error`` is empty after a good one."""

    name: str
    seconds: float
    error: str = ""


_jobs: dict[str, PeriodicJob] = {}
_last_here: dict[str, float] = {}


def register(
    name: str,
    every_seconds: float,
    function: Job,
    *,
    on_every_host: bool = False,
    is_long: bool = False,
) -> None:
    """Have ``function`` run every so many seconds. A second call with the name replaces the job.

    ``is_long``: it takes so long that the worker runs it beside the others.
    """
    _jobs[name] = PeriodicJob(name, every_seconds, function, on_every_host, is_long)


def jobs() -> list[PeriodicJob]:
    """Every registered job, in the order of registration."""
    return list(_jobs.values())


def run_due(chosen: Iterable[PeriodicJob] | None = None) -> list[Outcome]:
    """Run every job that is due, of those chosen (None: of all)."""
    return run_jobs(job for job in (jobs() if chosen is None else chosen) if _claim(job))


def run_jobs(chosen: Iterable[PeriodicJob]) -> list[Outcome]:
    """Run these jobs now, one after the other; a job that fails does not stop the next."""
    return [_run(job) for job in chosen]


def _claim(job: PeriodicJob) -> bool:
    return _due_in_this_process(job) if job.is_quick else _claim_in_database(job)


def _due_in_this_process(job: PeriodicJob) -> bool:
    now = time.monotonic()
    if now - _last_here.get(job.name, float("-inf")) < job.every_seconds:
        return False
    _last_here[job.name] = now
    return True


def _claim_in_database(job: PeriodicJob) -> bool:
    now = timezone.now()
    due = now - timedelta(seconds=job.every_seconds)
    name = job.name_here
    runs = PeriodicRun.objects.filter(name=name)
    # Looked at before it is written: a round every half second would keep SQLite's lock busy.
    last = runs.values_list("started_at", flat=True).first()
    if last is not None:
        return last <= due and bool(runs.filter(started_at__lte=due).update(started_at=now))
    try:
        with transaction.atomic():
            PeriodicRun.objects.create(name=name, started_at=now)
    except IntegrityError:
        return False  # another process was first
    return True


def _run(job: PeriodicJob) -> Outcome:
    started = time.monotonic()
    error = ""
    try:
        job.function()
    except Exception as failure:  # whatever a job does wrong, the others have their turn
        logger.exception("periodic job %s failed", job.name)
        error = f"{type(failure).__name__}: {failure}"
    if not job.is_quick:
        PeriodicRun.objects.filter(name=job.name_here).exclude(error=error).update(error=error)
    return Outcome(job.name, round(time.monotonic() - started, 3), error)
