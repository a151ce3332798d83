"""Answers while typing and the results page: read a form, ask the pipeline, show."""

import logging
from dataclasses import asdict
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views import View
from django_ratelimit.decorators import ratelimit

from kb.visibility import viewer_of
from search.engines.base import EngineUnavailable
from search.forms import ResultsForm, SuggestForm
from search.log.server_side import record_page_search
from search.query.pipeline import search, suggest
from search.query.values import Mode, Outcome, Results, SearchRequest, Suggestion, Suggestions

logger = logging.getLogger(__name__)

# The outcome where no engine answered: nothing was found out, so there is nothing to log either
# (no query token), and the page says that search is down instead of "no results".
NO_ENGINE = Outcome(query_id="", total=0, no_answer=False, engine="", degraded=True)


def suggest_rate(group: str, request: HttpRequest) -> str:
    """Suggestions an address may ask for."""
    return str(settings.ANNAI_SUGGEST_RATE)


def search_rate(group: str, request: HttpRequest) -> str:
    """Results pages an address may ask for."""
    return str(settings.ANNAI_SEARCH_RATE)


def keep_private(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keep answers out of caches: a signed-in reader's altogether, others' until asked again."""
    signed_in = request.user.is_authenticated
    response.headers["Cache-Control"] = "private, no-store" if signed_in else "private, no-cache"
    return response


@method_decorator(
    ratelimit(group="suggest", key="ip", rate=suggest_rate, block=False), name="dispatch"
)
class SuggestView(View):
    """``GET /{locale}/search/suggest?q=&visit=&seq=&shown=``: suggestions as JSON."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Suggestions; 400 for parameters that make no sense, 429 for too many requests."""
        if getattr(request, "limited", False):
            return JsonResponse({"error": "too many requests"}, status=429)
        form = SuggestForm(request.GET)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        started = perf_counter()
        asked = SearchRequest(
            text=form.cleaned_data["q"],
            locale=get_language() or settings.LANGUAGE_CODE,
            viewer=viewer_of(request.user),
            mode=Mode.SUGGEST,
            shown=tuple(filter(None, form.cleaned_data["shown"].split(","))),
        )
        try:
            answer = suggest(asked)
        except EngineUnavailable:
            logger.exception("no engine answers suggestions")
            answer = Suggestions(asked, NO_ENGINE, ())
        took_ms = round((perf_counter() - started) * 1000, 1)
        body = suggest_json(answer, form.cleaned_data["seq"], took_ms)
        return keep_private(request, JsonResponse(body))


def suggest_json(answer: Suggestions, seq: int | None, took_ms: float) -> dict[str, Any]:
    """The answer in the form that docs/architecture.md promises; offsets count UTF-16 units."""
    return {
        "q": answer.request.text,
        "seq": seq,
        "query_id": answer.outcome.query_id,
        "engine": answer.outcome.engine,
        "degraded": answer.outcome.degraded,
        "took_ms": took_ms,
        "total": answer.outcome.total,
        "no_answer": answer.outcome.no_answer,
        "did_you_mean": asdict(answer.did_you_mean) if answer.did_you_mean else None,
        "suggestions": [_suggestion_json(suggestion) for suggestion in answer.suggestions],
    }


def _suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "kind": suggestion.kind.value,
        "id": suggestion.id,
        "title": suggestion.title.text,
        "title_highlight": suggestion.title.utf16_spans,
        "url": suggestion.url,
        "topic": suggestion.topic,
        "answer": suggestion.answer,
    }


@method_decorator(
    ratelimit(group="search", key="ip", rate=search_rate, block=False), name="dispatch"
)
class ResultsView(View):
    """``GET /{locale}/search/?q=&topic=&stage=&page=``: the results page."""

    http_method_names = ["get", "head", "options"]
    template_name = "search/results.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Results; without a question the box and the topics; 400 and the reason for a bad one."""
        if getattr(request, "limited", False):
            return render(request, "home/too_many_requests.html", status=429)
        form = ResultsForm(request.GET)
        context: dict[str, Any] = {"form": form, "question": form["q"].value() or ""}
        status = 200
        if not form.is_valid():
            status = 400
        elif question := form.cleaned_data["q"]:
            context |= self._answer(request, question, form)
        return keep_private(request, render(request, self.template_name, context, status=status))

    def _answer(self, request: HttpRequest, question: str, form: ResultsForm) -> dict[str, Any]:
        asked = SearchRequest(
            text=question,
            locale=get_language() or settings.LANGUAGE_CODE,
            viewer=viewer_of(request.user),
            mode=Mode.SEARCH,
            filters=form.filters(),
            page=form.cleaned_data["page"] or 1,
        )
        try:
            results = search(asked)
        except EngineUnavailable:
            logger.exception("no engine answers searches")
            return {"question": question, "search_is_down": True}
        return {
            "question": question,
            "results": results,
            "listing": results_listing(results),
            "first_position": (results.page - 1) * settings.SEARCH_RESULTS_PER_PAGE + 1,
            "event_id": self._record(request, question, results),
        }

    def _record(self, request: HttpRequest, question: str, results: Results) -> str:
        """Log the search, once: turning pages and narrowing are not new questions."""
        if results.page > 1 or results.request.filters:
            return ""
        return str(
            record_page_search(
                request,
                query_id=results.outcome.query_id,
                text=question,
                locale=results.request.locale,
                application="primary-search",
            )
        )


def results_listing(results: Results) -> Any:
    """The results as a page of Django's paginator, for the template that shows page links."""
    total = min(results.outcome.total, results.pages * settings.SEARCH_RESULTS_PER_PAGE)
    return Paginator(range(total), settings.SEARCH_RESULTS_PER_PAGE).get_page(results.page)
