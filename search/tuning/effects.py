"""Which questions a change of rules touches."""

from django.utils import timezone

from search.query.promote import promoted
from search.query.rules import QueryRules
from search.query.synonyms import expand
from search.query.understand import Question


def is_touched(text: str, locale: str, before: QueryRules, after: QueryRules) -> bool:
    """Whether by ``after`` a question asks something else, or has other articles promoted today.

    Where it does not, its results are the same: nothing else in a search depends on the rules
    that people edit.
    """
    question, today = Question.read(text, locale), timezone.localdate()
    if promoted(question, before, today) != promoted(question, after, today):
        return True
    return expand(question.tokens, before.synonyms) != expand(question.tokens, after.synonyms)
