"""Erasing on request: a visit, or a question, from every store and from the roll-ups."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from search.analysis.characters import clean
from search.engines.base import EngineUnavailable
from search.log import stores
from search.log.answers import forget_answers
from search.log.models import DailyQuestion, Erasure, SearchEvent
from search.log.privacy import scrub
from search.log.rollups import is_closed, roll_up
from search.log.stores.database import erasure_filter
from search.log.stores.elasticsearch import ElasticsearchStore
from search.query.tokens import question_hash
from search.query.values import MAX_QUESTION_LENGTH

logger = logging.getLogger(__name__)

# How long a copy that was under way at the time of the request may still arrive in a store.
ARRIVAL_LIMIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure came to: events deleted, and whether Elasticsearch has yet to follow."""

    events: int
    waiting: bool = False


def hashes_of(text: str) -> frozenset[str]:
    """The hashes of ``text`` as a question, in every language, as stored with its searches."""
    question = scrub(clean(text)[:MAX_QUESTION_LENGTH].strip())
    return frozenset(question_hash(question, locale) for locale, _ in settings.LANGUAGES)


def erase_visit(visit: str) -> Erased:
    """Delete everything a visit did; the days it touched are counted anew."""
    return _erase(visit=visit)


def erase_questions(questions: Iterable[str]) -> Erased:
    """Delete questions, by their hashes: raw events and roll-ups."""
    return _erase(questions=frozenset(questions))


def _erase(*, visit: str = "", questions: frozenset[str] = frozenset()) -> Erased:
    with transaction.atomic():
        days = _days_of(visit, questions)
        gone = stores.landing().erase(visit=visit, questions=questions)
        DailyQuestion.objects.filter(question__in=questions).delete()
        forget_answers(questions)
        if stores.shipped():
            Erasure.objects.create(visit=visit, questions=sorted(questions))
    for day in filter(is_closed, days):
        roll_up(day, store=stores.landing())
    try:
        carry_out_erasures()
    except EngineUnavailable as error:
        logger.warning("An erasure waits for Elasticsearch: %s", error)
        return Erased(gone, waiting=True)
    return Erased(gone)


def _days_of(visit: str, questions: Iterable[str]) -> list[date]:
    concerned = SearchEvent.objects.filter(erasure_filter(visit, questions))
    return list(concerned.order_by("day").values_list("day", flat=True).distinct())


def carry_out_erasures() -> None:
    """Erase in Elasticsearch what was erased here.

    A request stays on the list for a while after it was carried out, because a copy may have been
    under way. Raises EngineUnavailable when the cluster cannot be reached; the list stays.
    """
    pending = list(Erasure.objects.all())
    if not pending or not stores.shipped():
        return
    settled_before = timezone.now() - ARRIVAL_LIMIT
    store = ElasticsearchStore.from_settings()
    for erasure in pending:
        store.erase(visit=erasure.visit, questions=erasure.questions)
        if erasure.requested_at < settled_before:
            erasure.delete()
