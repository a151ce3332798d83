"""The consumer: outbox rows into one index, in order, as often as it takes."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import DatabaseError

from search.engines.base import Engine, EngineUnavailable, IndexDocument
from search.indexing import parking
from search.indexing.analysers import analyser_for
from search.indexing.documents import BATCH_SIZE, Batch, Wanted, build_batches
from search.indexing.entries import count_waiting, entries_after, number_entries, superseded
from search.indexing.locks import LockBusy, consumer_lock
from search.indexing.models import OutboxEntry
from search.indexing.positions import (
    advance,
    index_name,
    note_problem,
    sign_of_life,
    start_position,
)
from search.indexing.terms import Failure

logger = logging.getLogger(__name__)

# Called with the articles done and their number in all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Portion:
    """Consecutive outbox rows: up to ``number``, with the articles to look at.

    ``wanted``: article → its highest number here; ``locales``: article → locale.
    """

    number: int
    wanted: Wanted
    locales: dict[int, str]


def drain(engine: Engine, *, wait: bool = False, progress: Progress | None = None) -> int:
    """Bring one index up to date; the number of articles written or removed.

    Safe to call at any time and from anywhere: one consumer works at a time (others return 0 at
    once, or with ``wait`` after it), and rows done twice change nothing, so a consumer that died
    between the engine's commit and its own note is simply repeated. An engine that is out keeps
    its position and is tried again by the next call; an article that cannot be indexed is parked.
    """
    try:
        with consumer_lock(engine, wait=wait):
            return _drain(engine, progress or _silent)
    except LockBusy:
        return 0


def _silent(done: int, total: int) -> None:
    """No progress wanted."""


def _drain(engine: Engine, progress: Progress) -> int:
    number_entries()
    position = start_position(engine)
    if position is None:
        return 0
    waiting = count_waiting(position.position)
    if not waiting:
        sign_of_life(position)
        return 0
    done = 0
    portions: list[Portion] = []
    try:
        with analyser_for(waiting) as analyser:
            chunks = _remembered(portions_after(position.position), portions)
            for batch in build_batches((portion.wanted for portion in chunks), analyser):
                portion = portions.pop(0)
                done += apply(engine, batch, portion)
                advance(position, portion.number)
                progress(min(done, waiting), waiting)
    except EngineUnavailable as error:
        note_problem(position, str(error))
    return done


def _remembered(portions: Iterable[Portion], memory: list[Portion]) -> Iterator[Portion]:
    for portion in portions:
        memory.append(portion)
        yield portion


def portions_after(position: int) -> Iterator[Portion]:
    """The outbox after ``position`` in portions of up to ``BATCH_SIZE`` articles.

    An article that is announced again further on is left to its last row: a bulk import touches
    most articles more than once.
    """
    while rows := entries_after(position, BATCH_SIZE):
        portion = _portion(rows)
        position = portion.number
        yield portion


def _portion(rows: Sequence[OutboxEntry]) -> Portion:
    numbers = {row.article_id: row.number or 0 for row in rows}
    locales = {row.article_id: row.locale for row in rows}
    last = max(numbers.values())
    later = superseded(numbers, last)
    return Portion(last, {pk: n for pk, n in numbers.items() if pk not in later}, locales)


def apply(engine: Engine, batch: Batch, portion: Portion) -> int:
    """Write and remove what one portion asks for; the number of articles.

    Raises EngineUnavailable.
    """
    failed = dict(batch.failed)
    failed |= _write(engine, batch.documents)
    gone: dict[str, list[int]] = {}
    # What cannot be indexed as it is now must not stay as it was: it may have been closed.
    for pk in [*batch.absent, *failed, *_moved(batch.documents, portion)]:
        gone.setdefault(portion.locales[pk], []).append(pk)
    for locale, ids in gone.items():
        engine.delete(locale, [str(pk) for pk in ids], portion.number)
    parking.settle(index_name(engine), portion.wanted.keys(), failed)
    return len(portion.wanted)


def _moved(documents: Iterable[IndexDocument], portion: Portion) -> list[int]:
    """Articles that were announced in another locale's index than the one they belong to."""
    return [int(d.id) for d in documents if portion.locales[int(d.id)] != d.locale]


def _write(engine: Engine, documents: Sequence[IndexDocument]) -> dict[int, Failure]:
    """Write all documents; where the batch is refused, one by one, returning those refused."""
    if not documents:
        return {}
    if not _refusal(lambda: engine.write(documents)):
        return {}
    failed: dict[int, Failure] = {}
    for document in documents:
        refusal = _refusal(lambda document=document: engine.write([document]))  # type: ignore[misc]
        if refusal:
            failed[int(document.id)] = refusal
    return failed


def _refusal(write: Callable[[], None]) -> Failure | None:
    """Why the engine refuses; None if it does not. An outage is raised: it is nobody's fault."""
    try:
        write()
    except (EngineUnavailable, DatabaseError):
        raise
    except Exception as error:  # whatever an engine says of a document it does not like
        logger.warning("the index refused documents: %s", error)
        return Failure(f"{type(error).__name__}: {error}")
    return None
