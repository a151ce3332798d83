"""Which questions a change of rules touches."""

from search.query.rules import QueryRules
from search.query.synonyms import expand
from search.query.understand import Question


def is_touched(text: str, locale: str, before: QueryRules, after: QueryRules) -> bool:
    """Whether the synonyms of ``before`` and ``after`` ask different things for a question.

    Where they do not, its results are the same: nothing else in a search depends on synonyms.
    """
    tokens = Question.read(text, locale).tokens
    return expand(tokens, before.synonyms) != expand(tokens, after.synonyms)
