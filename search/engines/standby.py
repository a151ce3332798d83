"""The standby: the embedded index answers while the cluster cannot.

A circuit breaker keeps searches from waiting for a cluster that is known to be down: after a
failure it stays open for ``RETRY_SECONDS``; then one search probes the cluster (half-open) and
closes it again on success. Answers of the standby are marked degraded, so that an outage is
never logged as a failed search.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from search.engines.base import (
    Engine,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    IndexDocument,
    Rebuild,
)

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
T = TypeVar("T")


class CircuitBreaker:
    """Closed: calls pass. Open: none does for ``retry_seconds``, then one at a time."""

    def __init__(self, retry_seconds: float = RETRY_SECONDS) -> None:
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._open_until = 0.0
        self.reason = ""

    @property
    def is_open(self) -> bool:
        """Whether the last call that went through failed."""
        return bool(self.reason)

    def admits(self) -> bool:
        """Whether a call may go through now; while open, admitting one postpones the next."""
        if not self.reason:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._open_until:
                return False
            self._open_until = now + self._retry_seconds
            return True

    def succeeded(self) -> None:
        """Close."""
        if self.reason:
            logger.warning("search cluster is back", extra={"event": "cluster_back"})
            self.reason = ""

    def failed(self, reason: str) -> None:
        """Open, or stay open."""
        if not self.reason:
            logger.error(
                "search cluster does not answer, the standby does: %s",
                reason,
                extra={"event": "cluster_lost"},
            )
        self.reason = reason
        self._open_until = time.monotonic() + self._retry_seconds


class StandbyEngine:
    """``primary`` while it answers, else ``standby``. Writes are the primary's alone: each index
    is fed by its own consumer (search.indexing)."""

    def __init__(
        self, primary: Engine, standby: Engine, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self.primary = primary
        self.standby = standby
        self.name = primary.name
        self.breaker = CircuitBreaker(retry_seconds)

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine.search. Raises EngineUnavailable only when both are out."""
        result, degraded = self._ask(lambda engine: engine.search(query))
        return replace(result, degraded=True) if degraded else result

    def known_terms(
        self, locale: str, terms: Sequence[str], visibilities: Sequence[str]
    ) -> frozenset[str]:
        """See Engine.known_terms. The index of this host knows most words without a round trip;
        the cluster is asked where it knows none of them, or cannot say."""
        try:
            known = self.standby.known_terms(locale, terms, visibilities)
        except EngineUnavailable:
            known = frozenset()
        if known or not terms:
            return known
        return self._ask(lambda engine: engine.known_terms(locale, terms, visibilities))[0]

    def _ask(self, question: Callable[[Engine], T]) -> tuple[T, bool]:
        if self.breaker.admits():
            try:
                answer = question(self.primary)
            except EngineUnavailable as error:
                self.breaker.failed(str(error))
            else:
                self.breaker.succeeded()
                return answer, False
        return question(self.standby), True

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Engine.write."""
        self.primary.write(documents)

    def delete(self, locale: str, ids: Sequence[str], version: int) -> None:
        """See Engine.delete."""
        self.primary.delete(locale, ids, version)

    def rebuild(self, locale: str, documents: Iterable[IndexDocument]) -> Rebuild:
        """See Engine.rebuild."""
        return self.primary.rebuild(locale, documents)

    def digests(self, locale: str) -> dict[str, str]:
        """See Engine.digests."""
        return self.primary.digests(locale)

    def status(self) -> EngineStatus:
        """The primary's, or while it is out the standby's with the primary's problem."""
        status = self.primary.status()
        if status.available:
            return status
        return replace(self.standby.status(), problem=status.problem)
