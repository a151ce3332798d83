"""Which articles people have pinned for a question."""

from datetime import date

from search.analysis import question_key
from search.query.rules import QueryRules
from search.query.understand import Question


def promoted(question: Question, rules: QueryRules, today: date) -> tuple[int, ...]:
    """The ids of the articles promoted for ``question`` on ``today``, in the order to show them.

    The question has to have the same normalised form as a promotion's; a question that only
    contains its words is not meant. Nothing is said of access: ids are not shown before
    ``present`` has looked at who may read the articles now.
    """
    if not rules.promotions:
        return ()
    pinned = rules.promotions.get(question_key(question.text, question.locale), ())
    shown = (promotion.article_id for promotion in pinned if promotion.holds_on(today))
    return tuple(dict.fromkeys(shown))
