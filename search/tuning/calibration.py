"""From which evidence on a question counts as answered: measured on the site itself.

Its public articles' titles and question phrases, and questions of readers that they answered,
are asked of the index that answers readers (see ``search.query.evidence``), again whenever the
index has been rebuilt, has grown or shrunk by a tenth, the embedder has changed, readers have
been answered enough other questions, or enough other articles are translated.
"""

import logging
from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from kb.models import Article
from search import embedding, engines
from search.analysis import ANALYSIS_VERSION
from search.embedding.base import EmbedderUnavailable
from search.embedding.guarded import GuardedEmbedder
from search.engines.base import Engine, EngineUnavailable
from search.indexing.eligibility import eligible_articles
from search.indexing.embedding_job import waiting_counts
from search.indexing.entries import count_waiting
from search.indexing.positions import find_position
from search.query.evidence import (
    FEWEST_QUESTIONS,
    MOST_LOGGED,
    MOST_QUESTIONS,
    samples,
    thresholds,
)
from search.query.retrieve import POOL, Asked, Retrieved, ask
from search.query.understand import Question
from search.query.values import Mode
from search.tuning.answered import count_new, logged_samples
from search.tuning.models import Calibration

logger = logging.getLogger(__name__)

PUBLIC = ("public",)
# The share by which the number of articles may change before a threshold is measured anew.
GROWTH = 0.1
# So many questions change what is known of readers: a tenth of those that count.
NEW_QUESTIONS = int(GROWTH * MOST_LOGGED)
_OUTDATED = ""  # the basis of what is to be measured anew


def calibrate_where_due() -> int:
    """Measure the languages whose index is not the one they were measured on; how many.

    While articles wait for their vectors or an index for articles, or where the engine or the
    embedder does not answer, the old threshold stays.
    """
    embedder = embedding.current()
    waiting = waiting_counts()
    if not all(_is_up_to_date(engine) for engine in engines.indexes()):
        return 0
    try:
        documents = engines.current().status().documents
        return sum(
            _calibrate(locale, count, embedder)
            for locale, count in documents.items()
            if not waiting.get(locale) and _is_due(locale, count, _basis(embedder))
        )
    except (EngineUnavailable, EmbedderUnavailable) as error:
        logger.warning("thresholds stay as they are: %s", error)
        return 0


def notice_new_questions() -> int:
    """Have the languages measured anew in which readers have been answered ``NEW_QUESTIONS`` since;
    how many. Until then their thresholds stay."""
    outdated = [
        last.pk
        for last in Calibration.objects.exclude(basis=_OUTDATED)
        if count_new(last.locale, timezone.localdate(last.measured_at)) >= NEW_QUESTIONS
    ]
    return Calibration.objects.filter(pk__in=outdated).update(basis=_OUTDATED)


def notice_new_translations() -> int:
    """Have the languages measured anew of which a tenth more or fewer articles are translated than
    when they were, where these tell something; how many."""
    if embedding.current() is None:
        return 0
    outdated = []
    for last in Calibration.objects.exclude(basis=_OUTDATED):
        count = _translations(last.locale).count()
        tells, told = (number >= FEWEST_QUESTIONS for number in (count, last.translations))
        if tells != told or (tells and _has_changed(last.translations, count)):
            outdated.append(last.pk)
    return Calibration.objects.filter(pk__in=outdated).update(basis=_OUTDATED)


def _is_up_to_date(index: Engine) -> bool:
    position = find_position(index)
    return position is not None and not count_waiting(position.position)


def _basis(embedder: GuardedEmbedder | None) -> str:
    return f"{ANALYSIS_VERSION} / {embedder.space if embedder else 'words alone'}"


def _is_due(locale: str, documents: int, basis: str) -> bool:
    last = Calibration.objects.filter(locale=locale).first()
    return last is None or last.basis != basis or _has_changed(last.documents, documents)


def _has_changed(then: int, now: int) -> bool:
    return abs(now - then) > GROWTH * max(then, 1)


def _calibrate(locale: str, documents: int, embedder: GuardedEmbedder | None) -> int:
    engine = engines.current()
    translations = _translations(locale).count()  # what comes while they are asked is noticed later
    found = thresholds(
        samples(public_phrases(locale)),
        locale,
        lambda question: _candidates(question, engine, embedder),
        logged_samples(locale),
        samples(translated_phrases(locale)),
    )
    Calibration.objects.update_or_create(
        locale=locale,
        defaults={
            "evidence": found.evidence if found else None,
            "cosine": found.cosine if found else None,
            "words": found.words if found else None,
            "documents": documents,
            "translations": translations,
            "basis": _basis(embedder),
        },
    )
    logger.info("%s: a question counts as answered from %s on", locale, found)
    return 1


def _candidates(question: Question, engine: Engine, embedder: GuardedEmbedder | None) -> Retrieved:
    """Raises EmbedderUnavailable: what words alone would say is no measure of meaning."""
    found = ask(engine, embedder, Asked(question, Mode.SEARCH, PUBLIC), POOL)
    if embedder and question.distinct_terms and found.meaning is None:
        raise EmbedderUnavailable(embedder.problem() or "the embedder gave no vector")
    return found


def public_phrases(locale: str) -> Iterator[tuple[str, list[str]]]:
    """Id, title and question phrases of some public articles, the same ones in every run."""
    for article in _spread(_public(locale)):
        yield str(article.pk), _phrases(article)


def translated_phrases(locale: str) -> Iterator[tuple[str, list[str]]]:
    """Ids of some public articles, the same ones in every run, with title and question phrases of
    each of their public translations."""
    translations = list(_spread(_translations(locale)))
    keys = [article.translation_key for article in translations]
    sources = _public(locale).filter(translation_key__in=keys)
    ids = dict(sources.values_list("translation_key", "pk"))
    for article in translations:
        if article.translation_key in ids:  # or it was unpublished meanwhile
            yield str(ids[article.translation_key]), _phrases(article)


def _translations(locale: str) -> QuerySet[Article]:
    """The public articles of other languages that are translations of public ones of this. An alias
    or a page that still has its source's title is not translated yet."""
    titles = _public(locale).filter(translation_key=OuterRef("translation_key")).values("title")
    others = _public().exclude(locale__language_code=locale)
    return others.alias(title_here=Subquery(titles[:1])).exclude(
        Q(title_here=None) | Q(title_here=F("title"))
    )


def _public(locale: str | None = None) -> QuerySet[Article]:
    return eligible_articles(locale).filter(effective="public").order_by("pk")


def _spread(articles: QuerySet[Article]) -> QuerySet[Article]:
    """Some hundreds over the whole site: every so-many-th in the order of creation."""
    ids = list(articles.values_list("pk", flat=True))
    return articles.filter(pk__in=ids[:: max(len(ids) // MOST_QUESTIONS, 1)])


def _phrases(article: Article) -> list[str]:
    return [article.title, *article.question_phrases]
