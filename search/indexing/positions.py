"""How far each index has followed the outbox."""

import logging
from datetime import timedelta

from django.utils import timezone

from search.engines.base import Engine
from search.indexing.entries import count_waiting
from search.indexing.host import host_mark
from search.indexing.locks import is_shared
from search.indexing.models import IndexPosition, OutboxCounter

logger = logging.getLogger(__name__)

# Often enough for a position in use never to look abandoned (entries.KEEP_POSITIONS).
_SIGN_OF_LIFE = timedelta(hours=1)


def index_name(engine: Engine) -> str:
    """The name under which an index keeps its position.

    Every host has an embedded index of its own; a mark inside the index folder tells them apart
    and makes a folder that was deleted a new index.
    """
    return engine.name if is_shared(engine) else f"{engine.name}@{host_mark()}"


def find_position(engine: Engine) -> IndexPosition | None:
    """The index's position; None for an index that has never been fed."""
    return IndexPosition.objects.filter(index=index_name(engine)).first()


def start_position(engine: Engine) -> IndexPosition | None:
    """The index's position, from the first row on for a new index.

    None where rows have been pruned: a new index has to be built first.
    """
    position = find_position(engine)
    if position or OutboxCounter.objects.filter(pruned__gt=0).exists():
        return position
    return IndexPosition.objects.get_or_create(index=index_name(engine))[0]


def advance(position: IndexPosition, number: int) -> None:
    """Every row up to ``number`` is in the index, durably."""
    if position.problem:
        logger.warning("index %s is being fed again", position.index)
    position.position = number
    position.problem = ""
    position.save()


def set_position(engine: Engine, number: int) -> None:
    """After a rebuild: the index holds at least everything up to ``number``."""
    position, _ = IndexPosition.objects.get_or_create(index=index_name(engine))
    advance(position, max(position.position, number))


def note_problem(position: IndexPosition, problem: str) -> None:
    """The index cannot be fed now; said once in the log, and in the status until it can."""
    if position.problem != problem:
        logger.error("index %s cannot be fed: %s", position.index, problem)
        position.problem = problem
        position.save()


def sign_of_life(position: IndexPosition) -> None:
    """Keep the position of an index that has had nothing to do."""
    if position.problem or position.updated_at < timezone.now() - _SIGN_OF_LIFE:
        advance(position, position.position)


def articles_behind(position: IndexPosition | None) -> int:
    """How many articles wait for an index at this position (all, for one never fed)."""
    return count_waiting(position.position if position else 0)
