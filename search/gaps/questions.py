"""What a support lead may do to one question."""

import logging

from search.gaps.models import HiddenQuestion
from search.gaps.reports import FailedQuestion, failed_searches
from search.log.answers import forget_answers, leave_out
from search.log.erasing import Erased, erase_questions

logger = logging.getLogger(__name__)

LONGEST_PERIOD_DAYS = 90


def find_question(key: str) -> FailedQuestion | None:
    """The row of the report with this key, hidden or not, over the longest period it offers."""
    for hidden in (False, True):
        for row in failed_searches(LONGEST_PERIOD_DAYS, hidden=hidden).rows:
            if row.key == key:
                return row
    return None


def hide_question(question: FailedQuestion, *, user_id: int | None) -> None:
    """Leave ``question`` out of the report and of ranking from now on. Twice is once.

    What is known of the articles that answered it is deleted; shown again, it starts anew.
    """
    HiddenQuestion.objects.get_or_create(
        question=question.key, defaults={"locale": question.locale, "hidden_by_id": user_id}
    )
    forget_answers([question.key])


def show_question(question: FailedQuestion) -> None:
    """Undo ``hide_question``. Twice is once."""
    HiddenQuestion.objects.filter(question=question.key).delete()


def erase_question(question: FailedQuestion, *, user_id: int | None) -> Erased:
    """Delete ``question`` with all that came of it from every store and from the roll-ups."""
    erased = erase_questions([question.key])
    HiddenQuestion.objects.filter(question=question.key).delete()
    logger.info("User %s erased a question (%s): %d events", user_id, question.key, erased.events)
    return erased


def register_hidden() -> None:
    """Have the log leave the hidden questions out of what ranking learns."""
    leave_out(hidden_questions)


def hidden_questions() -> frozenset[str]:
    """The keys of the hidden questions."""
    return frozenset(HiddenQuestion.objects.values_list("question", flat=True))
