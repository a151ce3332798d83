"""Questions that articles have answered, as far as calibration may learn from them.

How many readers that takes is what ranking asks for, too (``search.query.priors``): enough
addresses, on more than one day, an address of each day taken off. Beyond that most of those who
turned to the article were answered by it. Hidden and erased questions have no rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils import timezone

from kb.visibility import Visibility
from search.indexing.eligibility import eligible_articles
from search.log.models import DailyAnswer, DailyQuestion
from search.query.evidence import MOST_LOGGED, Sample
from search.query.priors import FEWEST_DAYS, LOOKED_BACK
from search.query.promote import promoted
from search.query.rules import rules_for
from search.query.understand import Question

# Days that count: one address of each is taken off.
_TELLING = Q(answered__gte=2)


def logged_samples(locale: str) -> list[Sample]:
    """Readers' questions and the public articles that answered them, those answered last first.

    At most ``MOST_LOGGED`` are looked at: more could not count. Left out are promoted questions,
    whose articles people have found, and foreign ones, whose words meet no article. Four
    queries, and those of the rules.
    """
    rows = _rows(locale)
    pairs = _answered_pairs(rows).order_by("-latest", "question", "article_id")
    questions = list(dict.fromkeys(pairs.values_list("question", flat=True)))[:MOST_LOGGED]
    articles = _articles(rows.filter(question__in=questions))
    texts = _texts(questions, locale)
    return [
        Sample(texts[question], articles[question])
        for question in questions
        if question in texts and _tells(Question.read(texts[question], locale))
    ]


def count_new(locale: str, since: date) -> int:
    """How many questions have enough readers only with the days from ``since`` on.

    Three queries.
    """
    rows = _rows(locale)
    now, before = (
        set(_answered_pairs(some).values_list("question", flat=True))
        for some in (rows, rows.filter(day__lt=since))
    )
    return len(now - before)


def _rows(locale: str) -> QuerySet[DailyAnswer]:
    """What public articles answered lately. One query for the privacy of pages."""
    public = eligible_articles(locale).filter(effective=Visibility.PUBLIC).values("pk")
    since = timezone.localdate() - LOOKED_BACK
    return DailyAnswer.objects.filter(article__in=public, day__gte=since)


def _answered_pairs(rows: QuerySet[DailyAnswer]) -> QuerySet[DailyAnswer, dict[str, object]]:
    """Question and article of those with enough readers; ``latest``: the last day that counts."""
    return (
        rows.values("question", "article")
        .annotate(
            days=Count("pk", filter=_TELLING),
            readers=Sum("answered", filter=_TELLING) - F("days"),
            latest=Max("day", filter=_TELLING),
            all_answered=Sum("answered"),
            all_opened=Sum("opened"),
        )
        .filter(
            days__gte=FEWEST_DAYS,
            readers__gte=settings.ANNAI_K_ANONYMITY,
            all_opened__lt=2 * F("all_answered"),
        )
    )


def _articles(rows: QuerySet[DailyAnswer]) -> dict[str, frozenset[str]]:
    """Question → ids of all articles that answered anybody: each may be an answer."""
    found: dict[str, set[str]] = defaultdict(set)
    for question, article in rows.filter(answered__gt=0).values_list("question", "article_id"):
        found[question].add(str(article))
    return {question: frozenset(ids) for question, ids in found.items()}


def _texts(questions: Sequence[str], locale: str) -> dict[str, str]:
    """The most frequent spelling of the last day each was asked on."""
    rows = DailyQuestion.objects.filter(question__in=questions, locale=locale, demo=False)
    return dict(rows.exclude(text="").order_by("day").values_list("question", "text"))


def _tells(question: Question) -> bool:
    if question.is_surely_foreign:
        return False
    return not promoted(question, rules_for(question.locale), timezone.localdate())
