"""The worker process: tasks as they come, periodic work beside them."""

import logging
import threading
from uuid import uuid4

from django.db import close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker

from search.indexing import periodic

logger = logging.getLogger(__name__)

# A task waits for half of this on average; the look costs a fraction of a millisecond.
TASK_POLL_SECONDS = 0.25
PERIODIC_ROUND_SECONDS = 0.5
# What a periodic job may take to end after SIGTERM; whatever is cut short is safe to repeat.
STOP_SECONDS = 20


def run_worker() -> None:
    """Work until SIGTERM or SIGINT; what is running is finished first.

    Publications are indexed by tasks in the main thread, so that a periodic job does not hold
    them up; the long ones (embedding) have a thread of their own, and hold up neither.
    """
    # Every look at an empty queue would be two lines in the log.
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    worker = Worker(
        queue_names=["*"],
        interval=TASK_POLL_SECONDS,
        batch=False,
        backend_name="worker",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"annai-{uuid4().hex}",
        excluded_queue_names=[],
    )
    stop = threading.Event()
    periodic_thread, long_thread = (
        threading.Thread(target=_run_periodically, args=(stop, is_long), name=name, daemon=True)
        for name, is_long in (("periodic", False), ("long", True))
    )
    worker.configure_signals()
    periodic_thread.start()
    long_thread.start()
    logger.info("worker started")
    try:
        worker.run()
    finally:
        stop.set()
        # A long job is cut short wherever it is: it is made to go on from there.
        periodic_thread.join(STOP_SECONDS)
        logger.info("worker stopped")


def _run_periodically(stop: threading.Event, is_long: bool) -> None:
    while not stop.is_set():
        close_old_connections()
        try:
            periodic.run_due(job for job in periodic.jobs() if job.is_long == is_long)
        except Exception:  # a database that is away for a while must not end the thread
            logger.exception("periodic round failed")
        stop.wait(PERIODIC_ROUND_SECONDS)
    connections.close_all()
