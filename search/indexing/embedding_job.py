"""Embeds what waits: makes the vectors of articles in the background and has indexes take them.

Making them takes about 12 ms a passage, so it never holds up a publication: an article is
searchable by its words first, and announced again once its vectors are there. A worker that dies
goes on where it was.
"""

import logging
import time
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from search import embedding
from search.embedding.base import EmbedderUnavailable
from search.embedding.guarded import GuardedEmbedder
from search.embedding.passages import Parts
from search.indexing.models import ArticleText
from search.indexing.outbox import announce_in_locales
from search.indexing.vectors import quantised, store_vectors

logger = logging.getLogger(__name__)

# Articles at a time: few, so that a worker that is stopped loses little.
BATCH_ARTICLES = 16
# How long one run may take; other periodic work waits for it.
RUN_SECONDS = 15.0


def embed_waiting(seconds: float = RUN_SECONDS) -> int:
    """Embed articles whose vectors are missing or of another text; how many were done.

    Ends after about ``seconds``, when nothing waits, or when the embedder is out (it is tried
    again by the next run).
    """
    embedder = embedding.current()
    if embedder is None:
        return 0
    done = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rows = list(_waiting(embedder.space).select_related("article")[:BATCH_ARTICLES])
        if not rows:
            break
        try:
            done += _embed(rows, embedder)
        except EmbedderUnavailable as error:
            logger.warning("articles wait for the embedder: %s", error)
            break
    return done


def _waiting(space: str) -> QuerySet[ArticleText]:
    fresh = Q(vectors__for_digest=F("digest"), vectors__space=space)
    return ArticleText.objects.exclude(pk__in=ArticleText.objects.filter(fresh).values("pk"))


def waiting_counts() -> dict[str, int]:
    """``{locale: articles without vectors}`` of the embedder in use; empty where there is none."""
    embedder = embedding.current()
    if embedder is None:
        return {}
    counts: dict[str, int] = {}
    for locale in _waiting(embedder.space).values_list("locale", flat=True):
        counts[locale] = counts.get(locale, 0) + 1
    return counts


def _embed(rows: Sequence[ArticleText], embedder: GuardedEmbedder) -> int:
    made = [Parts.of(row.title, row.article.question_phrases, row.body) for row in rows]
    vectors = embedder.passages([text for parts in made for text in parts.texts])
    at = 0
    for row, parts in zip(rows, made, strict=True):
        own = vectors[at : at + len(parts.texts)]
        at += len(parts.texts)
        try:
            with transaction.atomic():
                store_vectors(row, parts, quantised(parts, row.locale, embedder.space, own))
                announce_in_locales({row.pk: row.locale})
        except IntegrityError:
            logger.info("article %s went away while it was embedded", row.pk)
    return len(rows)
