"""Tasks of the worker."""

from django_tasks import task

from search.indexing.feeding import feed_indexes


@task(backend="worker")
def drain_all() -> int:
    """Feed every index from the outbox. The rows say what; this only says that there are some."""
    return feed_indexes()
