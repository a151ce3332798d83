"""Embeds what waits: makes the vectors of articles in the background and has indexes take them.

Making them takes about 12 ms a passage, so it never holds up a publication: an article is
searchable by its words first, and announced again once its vectors are there. A worker that dies
goes on where it was.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from search import embedding
from search.circuit_breaker import CircuitBreaker
from search.embedding.base import EmbedderUnavailable
from search.embedding.guarded import GuardedEmbedder
from search.embedding.passages import Parts
from search.engines.base import ArticleVectors
from search.indexing.locks import LockBusy, embedding_lock
from search.indexing.models import ArticleText, StoredVectors
from search.indexing.outbox import announce_in_locales
from search.indexing.vectors import (
    quantised,
    reusable_vectors,
    signed_anew,
    store_refusal,
    store_vectors,
)

logger = logging.getLogger(__name__)

# Articles at a time: few, so that a worker that is stopped loses little.
BATCH_ARTICLES = 16
# How long one run may take, where periodic work runs one after the other (cron).
RUN_SECONDS = 15.0
# A text that was refused may have met a bad moment of the embedder.
RETRY_REFUSED = timedelta(hours=1)

# For the log, and so that an embedder that is out is asked now and then instead of always.
_outage = CircuitBreaker("embedder of articles", "they are found by words", retry_seconds=15)


def embed_waiting(seconds: float = RUN_SECONDS, embedder: GuardedEmbedder | None = None) -> int:
    """Embed articles whose vectors are missing or of another text; how many were done.

    ``embedder``: the one that is configured, unless another one of the same space is given.

    Ends after about ``seconds``, when nothing waits, when another host is at it, or when the
    embedder is out (a later run tries it again).
    """
    embedder = embedder or embedding.current()
    if embedder is None or not _outage.admits():
        return 0
    try:
        with embedding_lock():
            done = _embed_until(time.monotonic() + seconds, embedder)
    except LockBusy:
        return 0
    except EmbedderUnavailable as error:
        _outage.failed(str(error))
        return 0
    _outage.succeeded()
    return done


def _embed_until(end: float, embedder: GuardedEmbedder) -> int:
    done = 0
    while time.monotonic() < end:
        # The last changed first: somebody may be waiting for it. Keys alone are sorted, not texts.
        latest = _waiting(embedder.space).order_by("-updated_at", "pk")
        ids = list(latest.values_list("pk", flat=True)[:BATCH_ARTICLES])
        rows = list(ArticleText.objects.filter(pk__in=ids).select_related("article"))
        if not rows:
            break
        _embed(rows, embedder)
        done += len(rows)
    return done


def _waiting(space: str) -> QuerySet[ArticleText]:
    settled = Q(dimensions__gt=0) | Q(made_at__gt=timezone.now() - RETRY_REFUSED)
    fresh = StoredVectors.objects.filter(
        settled, pk=OuterRef("pk"), space=space, for_digest=OuterRef("digest")
    )
    return ArticleText.objects.exclude(Exists(fresh))


def waiting_counts() -> dict[str, int]:
    """``{locale: articles without vectors}`` of the embedder in use; empty where there is none."""
    embedder = embedding.current()
    if embedder is None:
        return {}
    waiting = _waiting(embedder.space).order_by().values("locale")
    return dict(waiting.annotate(count=Count("pk")).values_list("locale", "count"))


def _embed(rows: Sequence[ArticleText], embedder: GuardedEmbedder) -> None:
    """Embed and store. Raises EmbedderUnavailable when it is not the texts' fault."""
    try:
        _store(_made(rows, embedder))
    except EmbedderUnavailable as error:
        if problem := embedder.problem():
            raise EmbedderUnavailable(problem) from error
        if len(rows) == 1:
            logger.warning("article %s cannot be embedded: %s", rows[0].pk, error)
            _store({rows[0]: partial(store_refusal, rows[0], embedder.space)})
            return
        # It takes other texts: one of these is at fault, and the others shall not wait for it.
        for row in rows:
            _embed([row], embedder)


def _made(
    rows: Sequence[ArticleText], embedder: GuardedEmbedder
) -> dict[ArticleText, Callable[[], None]]:
    """What there is to store of each article, once its vectors have been made."""
    parts = {row.pk: Parts.of(row.title, row.article.question_phrases, row.body) for row in rows}
    known = reusable_vectors(parts, embedder.space)
    vectors = {
        row.pk: signed_anew(known[row.pk], parts[row.pk], row.locale)
        for row in rows
        if row.pk in known
    } | _new_vectors([row for row in rows if row.pk not in known], parts, embedder)
    return {row: partial(store_vectors, row, parts[row.pk], vectors[row.pk]) for row in rows}


def _new_vectors(
    rows: Sequence[ArticleText], parts: Mapping[int, Parts], embedder: GuardedEmbedder
) -> dict[int, ArticleVectors]:
    if not rows:
        return {}
    vectors = embedder.passages([text for row in rows for text in parts[row.pk].texts])
    # A server that changed its model without a new name: what the former one made is of no use.
    StoredVectors.objects.filter(space=embedder.space, dimensions__gt=0).exclude(
        dimensions=vectors.shape[1]
    ).delete()
    made = {}
    at = 0
    for row in rows:
        end = at + len(parts[row.pk].texts)
        made[row.pk] = quantised(parts[row.pk], row.locale, embedder.space, vectors[at:end])
        at = end
    return made


def _store(made: Mapping[ArticleText, Callable[[], None]]) -> None:
    """Store and announce together; an article that has gone meanwhile is left out."""
    try:
        with transaction.atomic():
            for store in made.values():
                store()
            announce_in_locales({row.pk: row.locale for row in made})
    except IntegrityError:
        if len(made) == 1:
            logger.info("article %s went away while it was embedded", next(iter(made)).pk)
            return
        for row, store in made.items():
            _store({row: store})
