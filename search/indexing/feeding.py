"""Feed every index this host has: what the worker, the importer and cron call."""

import logging

from search.engines import indexes
from search.engines.base import Engine, EngineUnavailable
from search.indexing.consumer import Progress, drain
from search.indexing.rebuild import ensure_index

logger = logging.getLogger(__name__)


def feed_indexes(*, wait: bool = False, progress: Progress | None = None) -> int:
    """Drain the outbox into every index; articles written or removed, all indexes together."""
    return sum(drain(engine, wait=wait, progress=progress) for engine in indexes())


def ensure_indexes(progress: Progress | None = None) -> dict[str, str]:
    """Rebuild what is missing, broken or outdated; ``{index: reason}`` of those rebuilt."""
    rebuilt = {}
    for engine in indexes():
        if reason := _ensure(engine, progress):
            rebuilt[engine.name] = reason
    return rebuilt


def _ensure(engine: Engine, progress: Progress | None) -> str:
    def show(locale: str, done: int, total: int) -> None:
        if progress:
            progress(done, total)

    try:
        return ensure_index(engine, show)
    except EngineUnavailable as error:
        logger.warning("the %s index cannot be looked at: %s", engine.name, error)
        return ""


def bring_up_to_date(progress: Progress | None = None) -> int:
    """Ensure and feed every index; everything announced before is searchable on return.

    An engine that is out is left to the worker.
    """
    ensure_indexes(progress)
    return feed_indexes(wait=True, progress=progress)
