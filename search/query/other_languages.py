"""Articles in other languages that answer a question by what they mean."""

from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings

from kb.models import Article
from search import engines
from search.engines.base import Hit, VectorQuery
from search.indexing.eligibility import readable
from search.query.codes import codes_of, unknown_codes
from search.query.present import present_results
from search.query.rules import rules_for
from search.query.understand import Question
from search.query.values import Result, SearchRequest

LOOKED_AT = 20  # some have a translation
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
    if least is None or least.cosine is None:
        return
    there = replace(meaning, locale=locale)
    engine = engines.current()
    question = Question.read(request.text, locale)
    if unknown_codes(codes_of(question), engine, locale, meaning.visibilities):
        return
    nearest = engine.nearest(there, LOOKED_AT)
    near = [hit for hit in nearest if hit.score >= least.cosine]
    hits = _untranslated(near, request)[:SHOWN]
    similarities = engine.similarities(there, [hit.id for hit in hits])
    yield from present_results(replace(request, locale=locale), question, hits, similarities)


def _untranslated(hits: list[Hit], request: SearchRequest) -> list[Hit]:
    """Those of the hits that the reader cannot read in the own language. Four SQL queries."""
    ids = [int(hit.id) for hit in hits]
    keys = dict(Article.objects.filter(pk__in=ids).values_list("pk", "translation_key"))
    translations = dict(
        Article.objects.filter(
            translation_key__in=keys.values(), locale__language_code=request.locale
        ).values_list("pk", "translation_key")
    )
    here = {translations[pk] for pk in readable(translations, request.viewer)}
    return [hit for hit in hits if keys.get(int(hit.id)) not in here]
