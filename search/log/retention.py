"""What is deleted when."""

from dataclasses import dataclass

from django.utils import timezone

from search.log import stores
from search.log.answers import forget_old_answers
from search.log.models import RolledUpDay, VisitorSalt
from search.log.rollups import forget_rare_questions, oldest_raw_day


@dataclass(frozen=True, slots=True)
class Retained:
    """What one run deleted: raw events (in each store), salts, rare questions' texts, and counts
    of the articles that answered a question."""

    events: int
    salts: int
    texts: int
    answers: int


def apply_retention() -> Retained:
    """Delete the salts of past days, raw events and answers past their time, and the texts of
    rare questions.

    Salts go first: they are what makes visitors recognisable. Raises EngineUnavailable when
    Elasticsearch cannot be reached; everything else is done by then.
    """
    salts, _ = VisitorSalt.objects.filter(day__lt=timezone.localdate()).delete()
    before = oldest_raw_day()
    texts = forget_rare_questions()
    answers = forget_old_answers(before)
    # A day whose events are gone can never be counted again; its marker would only mislead.
    RolledUpDay.objects.filter(day__lt=before, computed_at=None).delete()
    events = sum(store.purge(before) for store in stores.configured())
    return Retained(events, salts, texts, answers)
