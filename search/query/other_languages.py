"""Articles in other languages that answer a question by what they mean."""

from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings

from kb.models import Article
from search import engines
from search.engines.base import Hit, VectorQuery
from search.query.present import present_results
from search.query.rules import rules_for
from search.query.understand import Question
from search.query.values import Result, SearchRequest

SHOWN = 3  # of each language: a hint beside the reader's own language, not a second list


def in_other_languages(request: SearchRequest, meaning: VectorQuery | None) -> tuple[Result, ...]:
    """Articles in other languages near enough to answer, best first within a language.

    None that the reader's own language has too, and none before a language was measured.
    Raises EngineUnavailable.
    """
    if meaning is None:
        return ()
    return tuple(
        result
        for locale, _ in settings.WAGTAIL_CONTENT_LANGUAGES
        if locale != request.locale
        for result in _in(locale, request, meaning)
    )


def _in(locale: str, request: SearchRequest, meaning: VectorQuery) -> Iterator[Result]:
    least = rules_for(locale).thresholds
    if least is None:
        return
    there = replace(meaning, locale=locale)
    near = [h for h in engines.current().nearest(there, SHOWN) if h.score >= least.cosine]
    hits = _untranslated(near, request.locale)
    question = Question.read(request.text, locale)
    yield from present_results(replace(request, locale=locale), question, hits, there)


def _untranslated(hits: list[Hit], locale: str) -> list[Hit]:
    """Those of the hits that have no live translation in a language. One SQL query."""
    here = Article.objects.filter(live=True, locale__language_code=locale)
    translated = Article.objects.filter(
        pk__in=[int(hit.id) for hit in hits], translation_key__in=here.values("translation_key")
    )
    known = {str(pk) for pk in translated.values_list("pk", flat=True)}
    return [hit for hit in hits if hit.id not in known]
