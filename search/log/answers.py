"""Which articles answered a question: what ranking learns from readers, one count a day.

Counted are addresses, not clicks: whoever opens an article a hundred times, with another agent or
visit each time, is one address of the day. Addresses of two days cannot be compared (the salt of
their hashes is gone), so a day on which a single address turned to an article is not kept at all:
it may be the same one every day. What the counts come to is said in ``search.query.priors``.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from kb.models import Article
from search.analysis.characters import clean
from search.indexing.prepared import Prepared
from search.log.models import DailyAnswer
from search.log.outcomes import SearchOutcome
from search.log.privacy import scrub
from search.query.priors import AnswerDay, register_source
from search.query.tokens import question_hash
from search.query.values import MAX_QUESTION_LENGTH

# Fewer addresses on a day leave no trace.
FEWEST_ADDRESSES = 2
# Page ids are shorter; what browsers send as one may be anything.
_LONGEST_ID = 18

HiddenQuestions = Callable[[], frozenset[str]]
_hidden: HiddenQuestions = frozenset


def register_answers() -> None:
    """Be the source of ranking's counts."""
    register_source(answer_days)


def leave_out(hidden: HiddenQuestions) -> None:
    """Keep no answers of the questions (hashes) that ``hidden`` names; a second call replaces
    the first."""
    global _hidden
    _hidden = hidden


def answer_days(text: str, locale: str, since: date) -> list[AnswerDay]:
    """The counts of a question in all its spellings, from ``since`` on. One query."""
    # As searches are stored: by the hash of the scrubbed text.
    question = question_hash(scrub(clean(text)[:MAX_QUESTION_LENGTH].strip()), locale)
    return [
        AnswerDay(str(article), day, opened=opened, answered=answered)
        for article, day, opened, answered in _ROWS.rows([question])
        if day >= since
    ]


def _rows(questions: Sequence[str]) -> QuerySet[DailyAnswer, Any]:
    rows = DailyAnswer.objects.filter(question__in=questions)
    return rows.values_list("article_id", "day", "opened", "answered")


_ROWS = Prepared(_rows)


# --- counting ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Addresses:
    """The hashes of the addresses that turned to an article, and of those it answered."""

    opened: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)


def store_answers(day: date, outcomes: Iterable[SearchOutcome]) -> None:
    """Put the answers among the searches of ``day`` in place of those stored. Twice is once.

    In a transaction that no other of the same day runs beside. Degraded answers, made-up traffic
    and senders without an address (or who asked not to be tracked) count for nothing.
    """
    pairs = _pairs(outcomes)
    hidden = _hidden()
    # First, as a deleted article's rows go before it: both take their locks in one order.
    DailyAnswer.objects.filter(day=day).delete()
    known = _existing({article for _, article in pairs})
    DailyAnswer.objects.bulk_create(
        [
            DailyAnswer(
                day=day,
                question=question,
                article_id=int(article),
                opened=len(addresses.opened),
                answered=len(addresses.answered),
            )
            for (question, article), addresses in sorted(pairs.items())
            if len(addresses.opened) >= FEWEST_ADDRESSES
            and question not in hidden
            and int(article) in known
        ],
        batch_size=500,
    )


def _pairs(outcomes: Iterable[SearchOutcome]) -> dict[tuple[str, str], _Addresses]:
    """(question, article id) → addresses."""
    pairs: dict[tuple[str, str], _Addresses] = defaultdict(_Addresses)
    for outcome in outcomes:
        search = outcome.search
        if outcome.down or search.demo or not search.network:
            continue
        for article in filter(_is_id, outcome.opened):
            addresses = pairs[search.question, article]
            addresses.opened.add(search.network)
            if article in outcome.answered_by:
                addresses.answered.add(search.network)
    return pairs


def _is_id(text: str) -> bool:
    # "07" is no page's number: of two spellings of one id each would be counted.
    return text.isdecimal() and len(text) <= _LONGEST_ID and text == str(int(text))


def _existing(articles: Collection[str]) -> set[int]:
    """The ids that are articles, held until the transaction ends so that none is deleted."""
    found = Article.objects.filter(pk__in=[int(article) for article in articles]).order_by("pk")
    return set(found.select_for_update(no_key=True).values_list("pk", flat=True))


# --- forgetting ----------------------------------------------------------------------------------


def forget_answers(questions: Iterable[str]) -> int:
    """Delete all answers of questions, by their hashes; how many rows."""
    return DailyAnswer.objects.filter(question__in=list(questions)).delete()[0]


def forget_old_answers(before: date) -> int:
    """Delete what is older than ``before``, and what a roll-up wrote while its question was being
    hidden; how many rows."""
    old = DailyAnswer.objects.filter(day__lt=before).delete()[0]
    return old + forget_answers(_hidden())
