"""The two ways through search: while typing, and for a question that was sent."""

from django.conf import settings

from search.engines.base import EngineResult, Facet
from search.query import tokens
from search.query.present import (
    answer_box,
    present_facets,
    present_results,
    present_suggestions,
)
from search.query.retrieve import retrieve
from search.query.understand import Question
from search.query.values import Outcome, Results, SearchRequest, Suggestions

# Hits asked for beyond those shown: some may have been made private a moment ago.
SPARE_HITS = 5
MAX_PAGES = 100


def suggest(request: SearchRequest) -> Suggestions:
    """What fits the typing so far. Raises EngineUnavailable when no engine answers."""
    question = Question.read(request.text, request.locale)
    shown = settings.SUGGESTIONS_SHOWN
    found = retrieve(request, question, limit=shown + SPARE_HITS).result
    suggestions = present_suggestions(request, question, found.hits, shown)
    hidden = len(found.hits) - len(suggestions) if found.total <= shown + SPARE_HITS else 0
    total = found.total if len(suggestions) == shown else found.total - hidden
    return Suggestions(request, _outcome(request, found, total), suggestions)


def search(request: SearchRequest) -> Results:
    """One page of results. A page beyond the last shows the last.

    Raises EngineUnavailable when no engine answers.
    """
    question = Question.read(request.text, request.locale)
    size = settings.SEARCH_RESULTS_PER_PAGE
    page = min(max(request.page, 1), MAX_PAGES)
    found = _page(request, question, page)
    pages = min(max(-(-found.total // size), 1), MAX_PAGES)
    if page > pages:
        page = pages
        found = _page(request, question, page)
    results = present_results(request, question, found.hits)
    total = found.total - (len(found.hits) - len(results))
    return Results(
        request=request,
        outcome=_outcome(request, found, total),
        results=results,
        answer=answer_box(question, results, page),
        facets=present_facets(request, found.facets),
        page=page,
        pages=pages,
    )


def _page(request: SearchRequest, question: Question, page: int) -> EngineResult:
    size = settings.SEARCH_RESULTS_PER_PAGE
    return retrieve(
        request,
        question,
        limit=size,
        offset=(page - 1) * size,
        facets=(Facet.TOPIC, Facet.STAGE),
    ).result


def _outcome(request: SearchRequest, found: EngineResult, total: int) -> Outcome:
    # Until a calibrated decision exists, "no answer" means that no content word matched.
    no_answer = total == 0 and bool(request.text.strip())
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
