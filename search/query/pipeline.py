"""The two ways through search: while typing, and for a question that was sent."""

import logging

from django.conf import settings

from search.engines.base import EngineUnavailable, Facet
from search.query import tokens
from search.query.evidence import is_unanswered
from search.query.facets import present_facets, topic_facet
from search.query.meant import answers_what_was_meant, meant_by
from search.query.other_languages import in_other_languages
from search.query.present import (
    answer_box,
    is_named,
    present_results,
    present_suggestions,
)
from search.query.retrieve import Retrieved, retrieve
from search.query.rules import rules_for
from search.query.spelling import reads_like
from search.query.understand import Question
from search.query.values import (
    Mode,
    Outcome,
    Result,
    Results,
    SearchRequest,
    SuggestionKind,
    Suggestions,
)

logger = logging.getLogger(__name__)

# Hits asked for beyond those shown: some may have been made private a moment ago. With the usual
# five these are eight, and articles are read by powers of two.
SPARE_HITS = 3
MAX_PAGES = 100


def suggest(request: SearchRequest) -> Suggestions:
    """What fits the typing so far. Raises EngineUnavailable when no engine answers."""
    shown = settings.SUGGESTIONS_SHOWN
    typed = Question.read(request.text, request.locale)
    retrieved = retrieve(request, typed, limit=shown + SPARE_HITS)
    question, found = retrieved.question, retrieved.result
    suggestions = present_suggestions(request, question, found.hits, shown)
    hidden = len(found.hits) - len(suggestions) if found.total <= shown + SPARE_HITS else 0
    total = found.total if len(suggestions) == shown else found.total - hidden
    answered = any(s.kind is SuggestionKind.ANSWER for s in suggestions)
    outcome = _outcome(request, retrieved, total, answered=answered)
    # Where the first title reads nearly like the whole question, it was meant and is shown.
    met = bool(suggestions) and reads_like(question.text, suggestions[0].title.text)
    meant = None if met else meant_by(request, retrieved)
    return Suggestions(request, outcome, suggestions, meant.offer if meant else None)


def search(request: SearchRequest) -> Results:
    """One page of results. A page beyond the last shows the last.

    Raises EngineUnavailable when no engine answers.
    """
    typed = Question.read(request.text, request.locale)
    size = settings.SEARCH_RESULTS_PER_PAGE
    page = min(max(request.page, 1), MAX_PAGES)
    retrieved = _page(request, typed, page)
    pages = min(max(-(-retrieved.result.total // size), 1), MAX_PAGES)
    if page > pages:
        page = pages
        retrieved = _page(request, typed, page)
    question, found = retrieved.question, retrieved.result
    results = present_results(request, question, found.hits, retrieved.similarities)
    total = found.total - (len(found.hits) - len(results))
    # The last word may go on in an answer, which would make it another code's.
    answer = None if retrieved.unknown_codes else answer_box(question, results, page)
    meant = meant_by(request, retrieved) if page == 1 else None
    answered = answer is not None or answers_what_was_meant(results, meant, retrieved)
    if page > 1 or request.filters:  # of a part of the results nothing is said but that it is empty
        answered = total > 0
    elif not retrieved.unknown_codes:
        answered = answered or is_named(request, question, results)
    outcome = _outcome(request, retrieved, total, answered=answered)
    elsewhere = outcome.no_answer and page == 1 and not request.filters
    return Results(
        request=request,
        outcome=outcome,
        results=results,
        answer=answer,
        facets=present_facets(request, found.facets),
        page=page,
        pages=pages,
        did_you_mean=meant.offer if meant else None,
        in_other_languages=_in_other_languages(request, retrieved) if elsewhere else (),
        quotes_loosened=_are_loosened(request, retrieved),
    )


def _in_other_languages(request: SearchRequest, retrieved: Retrieved) -> tuple[Result, ...]:
    try:
        return in_other_languages(request, retrieved.meaning)
    except EngineUnavailable:  # lost since the search itself, which was answered
        logger.warning("no answers in other languages: the engine was lost meanwhile")
        return ()


def _are_loosened(request: SearchRequest, retrieved: Retrieved) -> bool:
    """Whether phrases that the question quotes stand nowhere. Of a part of the results nothing is
    said, nor of words without content, for which articles are not searched, nor where an answer is
    promoted."""
    question = retrieved.question
    is_whole = request.page <= 1 and not request.filters and not retrieved.pinned
    return is_whole and bool(question.quoted and question.has_content) and not retrieved.quoted


def _page(request: SearchRequest, question: Question, page: int) -> Retrieved:
    size = settings.SEARCH_RESULTS_PER_PAGE
    return retrieve(
        request,
        question,
        limit=size,
        offset=(page - 1) * size,
        facets=(topic_facet(request), Facet.STAGE),
    )


def _outcome(
    request: SearchRequest,
    retrieved: Retrieved,
    total: int,
    *,
    answered: bool,
) -> Outcome:
    """``answered``: a short answer is shown that speaks of all that was asked."""
    question, found = retrieved.question, retrieved.result
    least = rules_for(request.locale).thresholds
    unanswered = total == 0 or is_unanswered(question, retrieved, least)
    # "h" is without an answer only once it is sent: it may become a word that has one. To a
    # question in another language the page of results may find one in that language.
    is_asked = request.mode is Mode.SEARCH or (
        question.says_something_yet and not retrieved.is_foreign
    )
    no_answer = bool(request.text.strip()) and is_asked and unanswered and not answered
    query_id = tokens.issue(
        tokens.QueryToken(
            question=tokens.question_hash(request.text, request.locale),
            locale=request.locale,
            total=total,
            engine=found.engine,
            degraded=found.degraded,
            no_answer=no_answer,
        )
    )
    return Outcome(query_id, total, no_answer, found.engine, found.degraded)
