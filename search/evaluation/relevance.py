"""How well search finds: a test collection through the production analysis, trees and engines.

The index is a throw-away one; the questions go through the same ``Question``, the same trees and
the same engine calls as a reader's.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from uuid import uuid4

import ir_measures
from ir_measures import RR, R, ScoredDoc, nDCG
from scipy.stats import mannwhitneyu

from search.analysis import ANALYSIS_VERSION
from search.embedding.guarded import GuardedEmbedder
from search.engines.base import Engine, EngineUnavailable, IndexDocument
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_client import Connection, cluster_errors
from search.engines.embedded import EmbeddedEngine
from search.engines.standby import StandbyEngine
from search.evaluation.beir import Collection, TestQuestion
from search.evaluation.churn import churn
from search.evaluation.typing import TYPINGS, typed
from search.indexing.documents import build_document
from search.indexing.sources import ArticleSource
from search.indexing.terms import Texts
from search.indexing.vectors import quantised
from search.query.evidence import evidence, is_unanswered, samples, thresholds
from search.query.retrieve import POOL, Asked, Retrieved, ask
from search.query.rules import NO_RULES, Thresholds, trying
from search.query.understand import Question
from search.query.values import Mode

PUBLIC = ("public",)
DEPTH = POOL  # how far down results are looked at
SHOWN_WHILE_TYPING = 5
SHARES_TYPED = (25, 50, 75, 100)  # percent of a question's characters
RECALL_NDCG_RR = (R @ 10, RR @ 10)

Progress = Callable[[str], None]


@contextmanager
def throwaway_engine(name: str) -> Iterator[Engine]:
    """An engine of its own that is gone afterwards. ``name``: embedded or elasticsearch.

    Raises EngineUnavailable when no cluster is configured or it does not answer.
    """
    if name == "embedded":
        with TemporaryDirectory(prefix="annai-evaluation-") as folder:
            yield EmbeddedEngine(Path(folder))
        return
    configured = Connection.from_settings()
    if configured is None:
        raise EngineUnavailable("ELASTICSEARCH_URL is not set")
    engine = ElasticsearchEngine(configured.with_prefix(f"annai-evaluation-{uuid4().hex[:8]}-"))
    try:
        with TemporaryDirectory(prefix="annai-evaluation-") as folder:
            # As on every host: the cluster answers, a copy of the vectors is at hand.
            yield StandbyEngine(engine, EmbeddedEngine(Path(folder)))
    finally:
        with cluster_errors():
            engine.indices.drop_all()


def _fill(engine: Engine, locale: str, documents: Sequence[IndexDocument]) -> None:
    indexes: tuple[Engine, ...] = (engine,)
    if isinstance(engine, StandbyEngine):
        indexes = (engine.primary, engine.standby)
    for index in indexes:
        index.rebuild(locale, documents).swap()


def evaluate(
    collection: Collection,
    engine: Engine,
    *,
    embedder: GuardedEmbedder | None = None,
    as_you_type: bool = False,
    progress: Progress,
) -> dict[str, object]:
    """The figures of ``evaluate_search`` for one collection on one empty engine.

    With an embedder by words and meaning ("hybrid"), else by words alone ("lexical").
    Raises EngineUnavailable and EmbedderUnavailable.
    """
    progress(f"indexing {len(collection.documents)} documents")
    numbers = {str(i): document.id for i, document in enumerate(collection.documents)}
    _fill(engine, collection.language, list(_index_documents(collection, embedder)))
    searcher = _Searcher(engine, embedder, collection.language, numbers)
    progress(f"asking {len(collection.questions)} questions")
    searcher.search(collection.questions[0].text)  # warm: dictionaries and caches are loaded
    searcher.calibrate(collection)
    found = {q.id: searcher.timed_search(q.id, q.text) for q in collection.questions}
    figures: dict[str, object] = {
        "queries": len(collection.questions),
        "answerable": len(collection.answerable),
        **_ranking(collection.answerable, found),
        "no_answer": _no_answer(collection.questions, searcher),
        "latency_ms": percentiles(searcher.seconds),
        "engine": engine.name,
        "mode": "hybrid" if embedder else "lexical",
        "analysis_version": ANALYSIS_VERSION,
    }
    if as_you_type:
        figures |= _as_you_type(collection, searcher, progress)
    return figures


def _index_documents(
    collection: Collection, embedder: GuardedEmbedder | None
) -> Iterator[IndexDocument]:
    for number, document in enumerate(collection.documents):
        texts = Texts(locale=collection.language, title=document.title, body=document.text)
        vectors = None
        if embedder:
            parts = document.parts
            rows = embedder.passages(parts.texts)
            vectors = quantised(parts, collection.language, embedder.space, rows)
        source = ArticleSource(id=number, visibility="public", texts=texts)
        yield replace(build_document(source), vectors=vectors)


Ranked = list[tuple[str, float]]


class _Searcher:
    """Asks as the pipeline does and keeps the seconds each search took."""

    def __init__(
        self,
        engine: Engine,
        embedder: GuardedEmbedder | None,
        language: str,
        numbers: dict[str, str],
    ) -> None:
        self._engine = engine
        self._embedder = embedder
        self._language = language
        self._numbers = numbers
        self._ids = {id_: number for number, id_ in numbers.items()}
        self.seconds: list[float] = []
        self.evidence: dict[str, float] = {}
        self.unanswered: set[str] = set()
        self._thresholds: Thresholds | None = None

    def calibrate(self, collection: Collection) -> None:
        """Find this collection's thresholds, from its documents alone."""
        texts = (
            (self._ids[document.id], document.parts.phrases) for document in collection.documents
        )
        with trying(self._language, NO_RULES):
            self._thresholds = thresholds(samples(texts), self._language, self._candidates)

    def timed_search(self, id_: str, text: str) -> Ranked:
        """The documents found for a question, and what the product makes of them."""
        start = time.perf_counter()
        with trying(self._language, NO_RULES):
            question = Question.read(text, self._language)
            found = self._retrieve(question, Mode.SEARCH, DEPTH)
        self.seconds.append(time.perf_counter() - start)
        self.evidence[id_] = evidence(found)
        if not found.result.hits or is_unanswered(question, found, self._thresholds):
            self.unanswered.add(id_)
        return self._named(found)

    def search(self, text: str) -> Ranked:
        return self._ask(text, Mode.SEARCH, DEPTH)

    def suggest(self, text: str) -> Ranked:
        return self._ask(text, Mode.SUGGEST, SHOWN_WHILE_TYPING)

    def suggest_next(self, text: str, shown: Sequence[str]) -> list[str]:
        """What is shown after one more keystroke."""
        numbers = tuple(self._ids[id_] for id_ in shown)
        found = self._ask(text, Mode.SUGGEST, SHOWN_WHILE_TYPING, numbers)
        return [id_ for id_, _ in found]

    def _ask(self, text: str, mode: Mode, limit: int, shown: tuple[str, ...] = ()) -> Ranked:
        with trying(self._language, NO_RULES):  # a portal's own rules are for its own articles
            question = Question.read(text, self._language)
            return self._named(self._retrieve(question, mode, limit, shown))

    def _candidates(self, question: Question) -> Retrieved:
        return self._retrieve(question, Mode.SEARCH, DEPTH)

    def _retrieve(
        self, question: Question, mode: Mode, limit: int, shown: tuple[str, ...] = ()
    ) -> Retrieved:
        asked = Asked(question, mode, PUBLIC, shown=shown)
        return ask(self._engine, self._embedder, asked, limit)

    def _named(self, found: Retrieved) -> Ranked:
        return [(self._numbers[hit.id], hit.score) for hit in found.result.hits]


def _ranking(questions: Iterable[TestQuestion], found: dict[str, Ranked]) -> dict[str, float]:
    """nDCG (gain 2^grade - 1), recall, reciprocal rank by ir-measures; hits by the best grade."""
    asked = list(questions)
    if not asked:
        return dict.fromkeys(("ndcg@10", "recall@10", "mrr@10", "hit@1", "hit@3"), 0.0)
    judged = [
        ir_measures.Qrel(question.id, document, grade)
        for question in asked
        for document, grade in question.relevant.items()
    ]
    # Strictly falling scores: on ties the measures would each order a run in their own way.
    run = [
        ScoredDoc(question.id, document, float(DEPTH - rank))
        for question in asked
        for rank, (document, _) in enumerate(found[question.id])
    ]
    gains = {0: 0, **{q.relevance: 2**q.relevance - 1 for q in judged}}
    ndcg = nDCG(gains=gains) @ 10
    values = ir_measures.calc_aggregate([ndcg, *RECALL_NDCG_RR], judged, run)
    return {
        "ndcg@10": round(values[ndcg], 4),
        "recall@10": round(values[R @ 10], 4),
        "mrr@10": round(values[RR @ 10], 4),
        "hit@1": _hit_rate(asked, found, 1),
        "hit@3": _hit_rate(asked, found, 3),
    }


def _hit_rate(asked: Sequence[TestQuestion], found: dict[str, Ranked], depth: int) -> float:
    hits = sum(
        any(document in question.best for document, _ in found[question.id][:depth])
        for question in asked
    )
    return round(hits / len(asked), 4)


def _no_answer(questions: Sequence[TestQuestion], searcher: _Searcher) -> dict[str, float | None]:
    """How well the product tells questions without an answer: its evidence as a ranking of them
    (AUROC) and its decision. Null where every question has an answer."""
    unanswerable = [q.id for q in questions if not q.relevant]
    answerable = [q.id for q in questions if q.relevant]
    if not unanswerable or not answerable:
        return {"auroc": None, "precision": None, "recall": None}
    decided = searcher.unanswered
    right = len(decided.intersection(unanswerable))
    auroc = _area_under_curve(
        [searcher.evidence[id_] for id_ in answerable],
        [searcher.evidence[id_] for id_ in unanswerable],
    )
    return {
        "auroc": round(auroc, 4),
        "precision": round(right / len(decided), 4) if decided else None,
        "recall": round(right / len(unanswerable), 4),
    }


def _area_under_curve(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The share of pairs in which the first list's score is higher (Mann and Whitney's U)."""
    return float(mannwhitneyu(higher, lower).statistic) / (len(higher) * len(lower))


def _as_you_type(
    collection: Collection, searcher: _Searcher, progress: Progress
) -> dict[str, object]:
    """success@5 by share typed, per way of typing that exists in the language, and churn."""
    figures: dict[str, object] = {}
    for name, way in TYPINGS.items():
        if collection.language not in way.languages:
            continue
        progress(f"typing the questions ({name})")
        figures[name] = {
            str(share): _success(collection, searcher, share, name) for share in SHARES_TYPED
        }
    progress("typing the questions, every keystroke")
    return figures | {"churn": churn(collection.answerable, searcher.suggest_next)}


def _success(collection: Collection, searcher: _Searcher, share: int, name: str) -> float:
    asked = collection.answerable
    hits = 0
    for question in asked:
        shown = searcher.suggest(typed(question.text, share / 100, TYPINGS[name]))
        hits += any(document in question.relevant for document, _ in shown)
    return round(hits / len(asked), 4) if asked else 0.0


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    if len(seconds) < 2:
        only = round(1000 * sum(seconds), 2)
        return {"p50": only, "p95": only, "p99": only}
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {f"p{p}": round(1000 * cuts[p - 1], 2) for p in (50, 95, 99)}
