"""Rebuild: fill a new index beside the live one, catch up, compare, swap."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from wagtail.models import Locale

from search.analysis import ANALYSIS_VERSION
from search.engines.base import (
    DocumentRejected,
    Engine,
    EngineStatus,
    EngineUnavailable,
    IndexDocument,
    Rebuild,
)
from search.indexing import parking
from search.indexing.analysers import Analyser, InlineAnalyser, analyser_for
from search.indexing.consumer import portions_after
from search.indexing.documents import BATCH_SIZE, Wanted, build_batches
from search.indexing.eligibility import eligible_articles
from search.indexing.entries import number_entries
from search.indexing.locks import LockBusy, consumer_lock, is_shared, rebuild_lock
from search.indexing.positions import find_position, index_name, set_position
from search.indexing.terms import Failure

logger = logging.getLogger(__name__)

# Called with the locale, the documents done and their number in all.
Progress = Callable[[str, int, int], None]


class RebuildRefused(Exception):
    """The new index does not hold what it should; the live one stays."""


@dataclass(slots=True)
class Filling:
    """What has gone into a new index so far, by article id."""

    written: set[int] = field(default_factory=set)
    failed: dict[int, Failure] = field(default_factory=dict)


def all_locales() -> list[str]:
    """The codes of all languages that articles may have."""
    return list(Locale.objects.order_by("pk").values_list("language_code", flat=True))


def rebuild_index(
    engine: Engine, locales: Sequence[str] | None = None, progress: Progress | None = None
) -> dict[str, int]:
    """Rebuild the index of some locales (None: all); documents per locale.

    Searches see the old index until the new one is complete; changes made meanwhile are caught up
    from the outbox before the swap. Raises LockBusy when a rebuild is running already,
    RebuildRefused when the new index does not hold what it should, EngineUnavailable.
    """
    with rebuild_lock(engine):
        number = number_entries()
        documents = {
            locale: _rebuild_locale(engine, locale, number, progress or _silent)
            for locale in locales or all_locales()
        }
        if locales is None:
            set_position(engine, number)
        return documents


def _silent(locale: str, done: int, total: int) -> None:
    """No progress wanted."""


def _rebuild_locale(engine: Engine, locale: str, number: int, progress: Progress) -> int:
    """``number``: the outbox as far as it surely is in what is read from here on."""
    ids = list(eligible_articles(locale).order_by("pk").values_list("pk", flat=True))
    chunks = _chunks(ids, number)
    filling = Filling()
    again: list[Wanted] = []
    try:
        with analyser_for(len(ids)) as analyser:
            documents = _documents(chunks, analyser, filling)
            rebuild = engine.rebuild(locale, _counted(documents, locale, len(ids), progress))
    except DocumentRejected as error:
        logger.warning("%s: filling again by chunks, a document was refused: %s", locale, error)
        filling, again = Filling(), chunks
        rebuild = engine.rebuild(locale, ())
    try:
        for wanted in again:
            _renew(rebuild, wanted, filling)
        number = _catch_up(rebuild, locale, number, filling)
        # Nobody feeds the live index from here to the swap: the new one cannot fall behind.
        with consumer_lock(engine, wait=True):
            _catch_up(rebuild, locale, number, filling)
            _reconcile(rebuild, locale, filling)
            _check(rebuild, locale, filling)
            rebuild.swap()
    except BaseException:
        rebuild.discard()
        raise
    parking.settle(index_name(engine), filling.written | filling.failed.keys(), filling.failed)
    return len(filling.written)


def _chunks(ids: Sequence[int], version: int) -> list[Wanted]:
    return [
        dict.fromkeys(ids[at : at + BATCH_SIZE], version) for at in range(0, len(ids), BATCH_SIZE)
    ]


def _documents(
    chunks: Sequence[Wanted], analyser: Analyser, filling: Filling
) -> Iterator[IndexDocument]:
    for batch in build_batches(chunks, analyser):
        filling.failed |= batch.failed
        filling.written.update(int(document.id) for document in batch.documents)
        yield from batch.documents


def _counted(
    documents: Iterator[IndexDocument], locale: str, total: int, progress: Progress
) -> Iterator[IndexDocument]:
    for done, document in enumerate(documents, start=1):
        yield document
        progress(locale, done, total)


def _catch_up(rebuild: Rebuild, locale: str, number: int, filling: Filling) -> int:
    """Bring what changed after ``number`` into the new index; the number reached."""
    number_entries()
    for portion in portions_after(number):
        wanted = {pk: n for pk, n in portion.wanted.items() if portion.locales[pk] == locale}
        _renew(rebuild, wanted, filling)
        number = portion.number
    return number


def _reconcile(rebuild: Rebuild, locale: str, filling: Filling) -> None:
    """Articles that expired or were changed past the outbox since the filling began."""
    eligible = set(eligible_articles(locale).values_list("pk", flat=True))
    different = (eligible ^ filling.written) - filling.failed.keys()
    _renew(rebuild, dict.fromkeys(different, number_entries()), filling)


def _renew(rebuild: Rebuild, wanted: Wanted, filling: Filling) -> None:
    """Bring articles as they are now into the new index; what is refused is left out."""
    if not wanted:
        return
    for batch in build_batches([wanted], InlineAnalyser()):
        failed = batch.failed | _write(rebuild, batch.documents)
        gone = [*batch.absent, *failed]
        if gone:
            rebuild.delete([str(pk) for pk in gone])
        written = {int(document.id) for document in batch.documents} - failed.keys()
        filling.written |= written
        filling.written.difference_update(gone)
        for pk in [*written, *batch.absent]:
            filling.failed.pop(pk, None)
        filling.failed |= failed


def _write(rebuild: Rebuild, documents: Sequence[IndexDocument]) -> dict[int, Failure]:
    """Write all documents; where they are refused, one by one, returning those refused."""
    if not documents:
        return {}
    try:
        rebuild.write(documents)
    except DocumentRejected as error:
        if len(documents) == 1:
            return {int(documents[0].id): Failure(f"{type(error).__name__}: {error}")}
        logger.warning("the new index refused documents: %s", error)
        return {
            pk: failure
            for document in documents
            for pk, failure in _write(rebuild, [document]).items()
        }
    return {}


def _check(rebuild: Rebuild, locale: str, filling: Filling) -> None:
    if rebuild.documents != len(filling.written):
        raise RebuildRefused(
            f"{locale}: the new index holds {rebuild.documents} documents "
            f"instead of {len(filling.written)}; the old one stays"
        )


# --- when a rebuild is due --------------------------------------------------------------------


def rebuild_reason(engine: Engine, status: EngineStatus) -> str:
    """Why this index has to be rebuilt; empty when it need not be.

    Raises EngineUnavailable when the engine cannot be asked.
    """
    if not status.available and is_shared(engine):
        raise EngineUnavailable(status.problem)
    # An embedded index that cannot be opened is a folder with bad files: nothing to wait for.
    if status.problem:
        return status.problem
    if find_position(engine) is None:
        return "this index has never been built"
    missing = [locale for locale in all_locales() if locale not in status.documents]
    if missing:
        return f"no index for {', '.join(missing)}"
    if status.analysis_version != ANALYSIS_VERSION:
        return f"analysed by version {status.analysis_version}, now {ANALYSIS_VERSION}"
    return ""


def ensure_index(engine: Engine, progress: Progress | None = None) -> str:
    """Rebuild the index if it is missing, broken or of another analysis version.

    The reason, empty when nothing had to be done. Searches meanwhile see what there is. A rebuild
    running elsewhere is left to itself. Raises EngineUnavailable.
    """
    reason = rebuild_reason(engine, engine.status())
    if not reason:
        return ""
    try:
        logger.warning("rebuilding the %s index: %s", engine.name, reason)
        rebuild_index(engine, progress=progress)
    except LockBusy:
        return ""
    return reason
