"""``POST /search/events``."""

from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django_ratelimit.core import is_ratelimited

from search.log.recording import record_batch
from search.log.validate import MalformedBatchError, read_batch
from search.log.visitors import sender_of

MAX_BODY_BYTES = 64 * 1024
# A batch goes out when a search has settled, an article is left, or a page is: a person makes a
# few a minute, a whole office behind one address some hundreds.
RATE = "600/m"


@method_decorator(csrf_exempt, name="dispatch")
class EventsView(View):
    """Takes a batch of events from the portal's own pages.

    There is no cookie to ride on, hence no token against forgery; the browser's own word on where
    the request comes from keeps other sites' pages out.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        """202 with what was accepted once it is durable; 400 only when nothing is good."""
        if not is_same_origin(request):
            return _refusal("cross-origin", HTTPStatus.FORBIDDEN)
        if is_over_limit(request):
            return _refusal("too many requests", HTTPStatus.TOO_MANY_REQUESTS)
        if _length(request) > MAX_BODY_BYTES:
            return _refusal("more than 64 kB", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            batch = read_batch(request.body)
        except MalformedBatchError as error:
            return _refusal(str(error), HTTPStatus.BAD_REQUEST)
        now = timezone.now()
        receipt = record_batch(batch, sender_of(request, timezone.localdate(now)), now)
        status = HTTPStatus.ACCEPTED if receipt.accepted else HTTPStatus.BAD_REQUEST
        return JsonResponse(asdict(receipt), status=status)


def is_same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sends this.

    By Sec-Fetch-Site, which scripts cannot set; where a browser does not send it (plain http on a
    network address), by Origin. Neither, or one that is no address: no.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        origin = urlsplit(request.headers.get("Origin", ""))
    except ValueError:
        return False
    return (origin.scheme, origin.netloc) == (request.scheme, request.get_host())


def is_over_limit(request: HttpRequest) -> bool:
    """Whether the sender's address has used up its share of this minute. Counts the request."""
    return is_ratelimited(request, group="search-events", key="ip", rate=RATE, increment=True)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0


def _refusal(reason: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status)
