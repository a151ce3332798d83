"""The embedded engine: tantivy and the vector store behind the engine contract."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import log
from pathlib import Path
from typing import TypeVar

import tantivy

from search.analysis import ANALYSIS_VERSION
from search.engines.base import (
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Facet,
    Field,
    Hit,
    IndexDocument,
    Similarity,
    Term,
    VectorQuery,
)
from search.engines.embedded_indices import EmbeddedIndices, folder_bytes
from search.engines.embedded_rebuild import EmbeddedRebuild
from search.engines.matching import matching
from search.engines.tantivy_index import (
    LiveIndex,
    fill,
    limit_malloc_arenas,
    remove,
    tantivy_errors,
)
from search.engines.tantivy_schema import NUMBER, VERIFIED_DAY
from search.engines.vector_store import VectorsDamaged

logger = logging.getLogger(__name__)

T = TypeVar("T")


def _alternatives(
    searcher: tantivy.Searcher, query: VectorQuery
) -> tuple[list[tuple[str, ...]], list[float]]:
    """The terms that each word of a question may stand as, and what each word weighs: one in
    progress may be finished or go on. Rarity is, as BM25's, of all documents."""
    words: list[tuple[str, ...]] = [(t,) for t in query.terms if t not in query.unfinished]
    if in_progress := tuple(dict.fromkeys((*query.unfinished, *query.completions))):
        words.append(in_progress)
    holding = (sum(searcher.doc_freq(Field.TEXT, term) for term in terms) for terms in words)
    return words, [_rarity(searcher, documents) for documents in holding]


def _rarity(searcher: tantivy.Searcher, holding: int) -> float:
    """BM25's inverse document frequency of a word that so many documents hold; 0 for none of them:
    a signature that seems to hold it is mistaken."""
    holding = min(holding, searcher.num_docs)
    if not holding:
        return 0.0
    return log(1 + (searcher.num_docs - holding + 0.5) / (holding + 0.5))


def _unseen(searcher: tantivy.Searcher, visibilities: Sequence[str]) -> int:
    """At most so many of the documents that frequencies count are not for these visibilities, or
    deleted: frequencies forget a deleted document only when its segment is merged. Every document
    has one visibility."""
    counted = dict(searcher.terms_with_prefix("visibility", ""))
    deleted = sum(counted.values()) - searcher.num_docs
    return deleted + sum(n for name, n in counted.items() if name not in visibilities)


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress, field: str) -> str:
    return str(searcher.doc(address).get_first(field))


def _hits(live: LiveIndex, searcher: tantivy.Searcher, found: tantivy.SearchResult) -> list[Hit]:
    if not live.has_columns:
        return [_stored_hit(searcher, address, score) for score, address in found.hits]
    addresses = [address for _, address in found.hits]
    numbers = searcher.fast_field_values(NUMBER, addresses)
    days = searcher.fast_field_values(VERIFIED_DAY, addresses)
    return [
        Hit(str(number), score, _iso_date(int(day)) if day else "")
        if number is not None
        else _stored_hit(searcher, address, score)
        for (score, address), number, day in zip(found.hits, numbers, days, strict=True)
    ]


@lru_cache(maxsize=4_000)
def _iso_date(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _stored_hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float) -> Hit:
    """A hit that an earlier release has written; while it still runs, also into a new index."""
    stored = searcher.doc(address)
    return Hit(str(stored.get_first("id")), score, str(stored.get_first("verified_on") or ""))


def _facets(
    live: LiveIndex, searcher: tantivy.Searcher, query: EngineQuery
) -> dict[Facet, dict[str, int]]:
    wanted = {
        facet.value: {"terms": {"field": live.facet_column(facet), "size": 1000}}
        for facet in query.facets
    }
    answer = searcher.aggregate(
        live.compiled(searcher, replace(query, root=matching(query.root))), wanted
    )
    return {
        facet: {bucket["key"]: int(bucket["doc_count"]) for bucket in answer[facet]["buckets"]}
        for facet in query.facets
    }


class EmbeddedEngine:
    """tantivy behind the engine contract."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.indices = EmbeddedIndices(folder)
        limit_malloc_arenas()

    # --- reading ------------------------------------------------------------------------------

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine.search. Raises EngineUnavailable when the index cannot be read."""
        live = self.indices.live(query.locale)
        if live is None:
            return EngineResult((), 0, engine=self.name)
        with tantivy_errors():
            searcher = live.searcher()
            found = searcher.search(
                live.compiled(searcher, query),
                limit=max(query.limit, 1),
                offset=query.offset,
                count=query.count_total,
            )
            hits = _hits(live, searcher, found)
            facets = _facets(live, searcher, query) if query.facets else {}
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        # The stub file of tantivy 0.27 lacks `count`.
        counted = found.count if query.count_total else None  # type: ignore[attr-defined]
        total = len(hits) + query.offset if counted is None else int(counted)
        return EngineResult(tuple(hits[: query.limit]), total, facets, self.name)

    def nearest(self, query: VectorQuery, limit: int) -> list[Hit]:
        """See Engine.nearest."""
        live = self.indices.live(query.locale)
        if live is None:
            return []
        try:
            store = live.vectors.store(query.space, len(query.vector))
            return store.nearest(query.vector, query.visibilities, limit)
        except VectorsDamaged as error:
            return _without_meaning(error, [])

    def similarities(self, query: VectorQuery, ids: Sequence[str]) -> dict[str, Similarity]:
        """See Engine.similarities."""
        live = self.indices.live(query.locale)
        if live is None or not ids:
            return {}
        with tantivy_errors():
            words, weights = _alternatives(live.searcher(), query)
        try:
            store = live.vectors.store(query.space, len(query.vector))
            return store.similarities(query.vector, words, weights, ids)
        except VectorsDamaged as error:
            return _without_meaning(error, {})

    def has_documents(self, locale: str) -> bool:
        """Whether there is anything to find in a locale. Raises EngineUnavailable."""
        live = self.indices.live(locale)
        return live is not None and live.searcher().num_docs > 0

    def matches_any(self, query: EngineQuery) -> bool:
        """See Engine.matches_any."""
        live = self.indices.live(query.locale)
        return live is not None and live.matches_any(query)

    def known_terms(
        self, locale: str, terms: Sequence[str], visibilities: Sequence[str]
    ) -> frozenset[str]:
        """See Engine.known_terms."""
        live = self.indices.live(locale)
        if live is None:
            return frozenset()
        with tantivy_errors():
            searcher = live.searcher()
            unseen = _unseen(searcher, visibilities)

            def is_known(term: str) -> bool:
                documents = searcher.doc_freq(Field.TEXT, term)
                if not 0 < documents <= unseen:  # in none, or in more than could be others'
                    return documents > 0
                query = EngineQuery(Term(Field.TEXT, term), locale, tuple(visibilities))
                return live.matches_any(query)

            return frozenset(filter(is_known, terms))

    def completions(
        self,
        locale: str,
        beginning: str,
        visibilities: Sequence[str],
        limit: int,
        field: Field = Field.TEXT,
    ) -> Mapping[str, int]:
        """See Engine.completions."""
        live = self.indices.live(locale)
        if live is None or not live.has(field):
            return {}
        with tantivy_errors():
            searcher = live.searcher()
            found = searcher.terms_with_prefix(field, beginning, limit=limit)
            unseen = _unseen(searcher, visibilities)
            if any(documents <= unseen for _, documents in found):
                readable = live.readable(visibilities)  # ten times the time
                found = searcher.terms_with_prefix(
                    field, beginning, filter_query=readable, limit=limit
                )
        return {term: documents for term, documents in found if documents}

    def digests(self, locale: str) -> dict[str, str]:
        """See Engine.digests."""
        live = self.indices.live(locale)
        if live is None:
            return {}
        with tantivy_errors():
            searcher = live.searcher()
            found = searcher.search(
                tantivy.Query.all_query(), limit=max(searcher.num_docs, 1), count=False
            )
            return {
                _stored(searcher, address, "id"): _stored(searcher, address, "digest")
                for _, address in found.hits
            }

    def status(self) -> EngineStatus:
        """See Engine.status."""
        documents: dict[str, int] = {}
        problems, damage = [], []
        versions = set()
        for locale in self.indices.locales():
            try:
                live = self.indices.live(locale)
            except EngineUnavailable as error:
                problems.append(f"{locale}: {error}")
                continue
            if live is not None:
                documents[locale] = live.searcher().num_docs
                versions.add(live.path.name.partition("_")[0])
                # Search goes on without vectors; the problem has the index rebuilt.
                if problem := live.vectors.problem():
                    damage.append(f"{locale}: {problem}")
        return EngineStatus(
            engine=self.name,
            available=not problems,
            documents=documents,
            analysis_version=min(versions - {ANALYSIS_VERSION}, default=ANALYSIS_VERSION),
            index_bytes=folder_bytes(self.folder),
            problem="; ".join(problems + damage),
        )

    # --- writing ------------------------------------------------------------------------------

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Engine.write. One commit for each locale that occurs."""
        for locale in {document.locale for document in documents}:
            batch = [document for document in documents if document.locale == locale]
            with self.indices.locked(locale), tantivy_errors():
                live = self.indices.live_or_new(locale)
                fill(live.index, batch)
                live.vectors.write(batch)

    def delete(self, locale: str, ids: Sequence[str], version: int) -> None:
        """See Engine.delete."""
        if not ids or self.indices.live(locale) is None:
            return
        with self.indices.locked(locale), tantivy_errors():
            live = self.indices.live_or_new(locale)
            remove(live.index, ids)
            live.vectors.delete(ids)

    def rebuild(self, locale: str, documents: Iterable[IndexDocument]) -> EmbeddedRebuild:
        """See Engine.rebuild."""
        return EmbeddedRebuild(self.indices, locale, documents)


def _without_meaning(error: VectorsDamaged, answer: T) -> T:
    """``answer``: search goes on by words until the rebuild that the status asks for."""
    logger.warning("meaning is left out: %s", error)
    return answer
