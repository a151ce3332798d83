"""What the search knows of its own state: for operators, probes and scripts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from search import embedding
from search.analysis import ANALYSIS_VERSION
from search.engines import current, indexes
from search.engines.base import Engine, EngineStatus, EngineUnavailable
from search.indexing.eligibility import eligible_counts
from search.indexing.embedding_job import waiting_counts
from search.indexing.integrity import Expectation, expectation, find_drift
from search.indexing.parking import parked_in
from search.indexing.positions import articles_behind, find_position, index_name
from search.indexing.rebuild import all_locales, rebuild_reason


@dataclass(frozen=True, slots=True)
class Health:
    """The short state. ``answering``: the engine that answers searches now.

    ``degraded`` says that it is the standby, or that its index waits to be rebuilt; ``problem``
    why, in words.
    """

    ready: bool
    degraded: bool
    problem: str
    database: bool
    answering: EngineStatus
    outbox: int | None


def health() -> Health:
    """A quick look that never raises: a database or an engine that is out is the answer."""
    status = current().status()
    try:
        engine = answering_engine(status)
        waiting = articles_behind(find_position(engine))
        due = rebuild_reason(engine, status) if status.available else ""
    except (DatabaseError, EngineUnavailable) as error:
        return Health(False, True, _words(error), False, status, None)
    serves = status.available and bool(status.documents)
    return Health(
        ready=serves,
        degraded=not serves or is_degraded(status) or bool(due),
        problem=status.problem or due,
        database=True,
        answering=status,
        outbox=waiting,
    )


def _words(error: Exception) -> str:
    # A driver's message may hold the address of the database.
    return "the database does not answer" if isinstance(error, DatabaseError) else str(error)


def is_degraded(answering: EngineStatus) -> bool:
    """Whether the standby answers instead of the cluster."""
    return answering.engine != current().name


def answering_engine(answering: EngineStatus) -> Engine:
    """The index behind the status of the engine that answers."""
    return next(engine for engine in indexes() if engine.name == answering.engine)


def search_status() -> dict[str, Any]:
    """The full state, drift included: reads every article once (seconds on a large site)."""
    short = health()
    answering = short.answering
    expected = expectation()
    eligible = dict.fromkeys(all_locales(), 0) | eligible_counts()
    details = [_index_details(engine, expected) for engine in indexes()]
    own = next(entry for entry in details if entry["engine"] == answering.engine)
    return {
        "engine": answering.engine,
        "degraded": short.degraded,
        "problem": short.problem,
        "documents": {code: answering.documents.get(code, 0) for code in eligible},
        "eligible": eligible,
        "drift": own["drift"],
        "outbox": own["outbox"],
        "parked": own["parked"],
        "analysis_version": answering.analysis_version,
        "code_analysis_version": ANALYSIS_VERSION,
        "index_bytes": answering.index_bytes,
        "indexes": details,
        "meaning": _meaning(eligible),
    }


def _meaning(locales: Iterable[str]) -> dict[str, Any]:
    """What turns texts into vectors, the articles that wait for theirs, and what is wrong."""
    embedder = embedding.current()
    waiting = waiting_counts()
    return {
        "embedder": embedder.space if embedder else "off",
        "waiting": {code: waiting.get(code, 0) for code in locales},
        "problem": embedder.problem() if embedder else "",
    }


def _index_details(engine: Engine, expected: Expectation) -> dict[str, Any]:
    status = engine.status()
    position = find_position(engine)
    drift = _drift(engine, expected) if status.available else None
    return {
        "engine": engine.name,
        "index": index_name(engine),
        "available": status.available,
        "problem": status.problem or (position.problem if position else ""),
        "documents": dict(status.documents),
        "analysis_version": status.analysis_version,
        "index_bytes": status.index_bytes,
        "outbox": articles_behind(position),
        "drift": sum(entry["count"] for entry in drift.values()) if drift else None,
        "drift_by_kind": drift,
        "parked": parked_in(index_name(engine)),
    }


def _drift(engine: Engine, expected: Expectation) -> Mapping[str, Mapping[str, Any]] | None:
    try:
        return find_drift(engine, expected).report()
    except EngineUnavailable:
        return None
