"""Questions in another language than the articles of their locale."""

from collections.abc import Sequence

from django.conf import settings

from search.analysis.characters import has_japanese
from search.engines.base import Engine
from search.query.understand import FEWEST_LETTERS, Question


def is_foreign(question: Question, engine: Engine, visibilities: Sequence[str]) -> bool:
    """Whether a question is in another language than its locale's articles, so that few of them
    hold its words: meaning alone may find its answer.

    One word in Latin letters may be a product's name anywhere: no article here may hold it, and
    another language's have to. Raises EngineUnavailable.
    """
    if question.is_surely_foreign:
        return True
    if not question.is_in_another_script:
        return False
    if engine.known_terms(question.locale, _terms(question), visibilities):
        return False
    return is_held_elsewhere(question, engine, visibilities)


def is_held_elsewhere(question: Question, engine: Engine, visibilities: Sequence[str]) -> bool:
    """Whether articles in another language hold any of its words. Raises EngineUnavailable."""
    others = (code for code, _ in settings.WAGTAIL_CONTENT_LANGUAGES if code != question.locale)
    return any(engine.known_terms(other, _terms(question), visibilities) for other in others)


def _terms(question: Question) -> list[str]:
    """Its words that have letters enough to be one."""
    terms = (token.term for token in question.words)
    return [term for term in terms if len(term) >= FEWEST_LETTERS[has_japanese(term)]]
