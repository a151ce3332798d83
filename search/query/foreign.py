"""Questions in another language than the articles of their locale."""

from collections.abc import Sequence

from django.conf import settings

from search.engines.base import Engine
from search.query.understand import Question


def is_foreign(question: Question, engine: Engine, visibilities: Sequence[str]) -> bool:
    """Whether a question is in another language than its locale's articles, so that few of them
    hold its words: meaning alone may find its answer.

    One word in Latin letters may be a product's name anywhere: no article here may hold it, and
    another language's have to. Raises EngineUnavailable.
    """
    if question.is_surely_foreign:
        return True
    words = [token.term for token in question.words]
    if not question.is_in_another_script:
        return False
    if engine.known_terms(question.locale, words, visibilities):
        return False
    others = (code for code, _ in settings.WAGTAIL_CONTENT_LANGUAGES if code != question.locale)
    return any(engine.known_terms(other, words, visibilities) for other in others)
