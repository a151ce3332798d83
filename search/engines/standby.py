"""The standby: the embedded index answers while the cluster cannot.

A circuit breaker keeps searches from waiting for a cluster that is known to be down. Answers of
the standby are marked degraded, so that an outage is never logged as a failed search.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from search.circuit_breaker import RETRY_SECONDS, CircuitBreaker
from search.engines.base import (
    Engine,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Field,
    Hit,
    IndexDocument,
    Rebuild,
    Similarity,
    VectorQuery,
)
from search.engines.embedded import EmbeddedEngine

T = TypeVar("T")


class StandbyEngine:
    """``primary`` while it answers, else ``standby``. Writes are the primary's alone: each index
    is fed by its own consumer (search.indexing)."""

    def __init__(
        self, primary: Engine, standby: EmbeddedEngine, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self.primary = primary
        self.standby = standby
        self.name = primary.name
        self.breaker = CircuitBreaker("search cluster", "the standby does", retry_seconds)

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine.search. Raises EngineUnavailable only when both are out."""
        result, degraded = self._ask(lambda engine: engine.search(query))
        return replace(result, degraded=True) if degraded else result

    def nearest(self, query: VectorQuery, limit: int) -> Sequence[Hit]:
        """See Engine.nearest. The cluster is asked where this host's copy has no vectors."""
        with suppress(EngineUnavailable):
            if found := self.standby.nearest(query, limit):
                return found
        return self._ask(lambda engine: engine.nearest(query, limit))[0]

    def similarities(self, query: VectorQuery, ids: Sequence[str]) -> Mapping[str, Similarity]:
        """See Engine.similarities. Asked like ``nearest``."""
        with suppress(EngineUnavailable):
            if found := self.standby.similarities(query, ids):
                return found
        return self._ask(lambda engine: engine.similarities(query, ids))[0]

    def known_terms(
        self, locale: str, terms: Sequence[str], visibilities: Sequence[str]
    ) -> frozenset[str]:
        """See Engine.known_terms and ``_ask_here``."""
        return self._ask_here(
            locale, lambda engine: engine.known_terms(locale, terms, visibilities)
        )

    def completions(
        self,
        locale: str,
        beginning: str,
        visibilities: Sequence[str],
        limit: int,
        field: Field = Field.TEXT,
    ) -> Mapping[str, int]:
        """See Engine.completions. Only this host's copy can list terms."""
        with suppress(EngineUnavailable):  # what ails the copy stands in its status
            return self.standby.completions(locale, beginning, visibilities, limit, field)
        return {}

    def matches_any(self, query: EngineQuery) -> bool:
        """See Engine.matches_any and ``_ask_here``."""
        return self._ask_here(query.locale, lambda engine: engine.matches_any(query))

    def _ask_here(self, locale: str, question: Callable[[Engine], T]) -> T:
        """This host's copy saves a round trip; the cluster is asked while it is empty or cannot
        say."""
        with suppress(EngineUnavailable):  # what ails the copy stands in its status
            if self.standby.has_documents(locale):
                return question(self.standby)
        return self._ask(question)[0]

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
