"""The readiness probe."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from search.indexing.status import health


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this host can answer searches: 200 if so, degraded or not, else 503.

    Open to anybody, so it counts no articles: closed ones are nobody's business.
    """
    state = health()
    return JsonResponse(
        {
            "ready": state.ready,
            "engine": state.answering.engine,
            "degraded": state.degraded,
            "problem": state.problem,
            "database": state.database,
            "index": sorted(state.answering.documents),
            "outbox": state.outbox,
        },
        status=200 if state.ready else 503,
    )
