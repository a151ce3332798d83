"""The results page's own record of a search, for readers without JavaScript."""

import logging
from typing import Any
from uuid import uuid4

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django_ratelimit.core import is_ratelimited

from search.log import stores
from search.log.events import Application, EventAction, LogEvent
from search.log.validate import RejectedError, query_digest, search_facts
from search.log.visitors import sender_of
from search.query import tokens

logger = logging.getLogger(__name__)

# Nobody reads thirty results pages a minute without a browser that says so.
PAGES_A_MINUTE = "30/m"


def record_page_search(
    request: HttpRequest,
    *,
    query_id: str,
    text: str,
    locale: str,
    application: str = Application.PRIMARY_SEARCH,
) -> str:
    """Record provisionally that a results page was served; the event's id for the page's script.

    A script that runs posts its search event with this id, which then replaces the record: the
    search counts once. Without one, the record stays, and of its outcome only "no result" is
    taken as known. Programs are recorded and marked. Nothing is recorded, and the id is empty,
    for HEAD requests, for pages a browser fetches ahead of need, for an empty question, and when
    the database takes no writes. Raises BadSignature when ``query_id`` is not one of ours.
    """
    if request.method != "GET" or _is_prefetch(request):
        return ""
    token = tokens.read(query_id)
    try:
        facts = search_facts(text, locale, token)
    except RejectedError:
        return ""
    facts |= {"application": application, "locale": locale, "query_id": query_digest(query_id)}
    try:
        # The first search of a day writes the salt of its visitors.
        event = _provisional_search(request, facts)
        stores.landing().append([event])
    except DatabaseError:
        # The reader came for results: a database that is busy or full must not take them away.
        logger.exception("A search could not be recorded")
        return ""
    return str(event.id)


def _provisional_search(request: HttpRequest, facts: dict[str, Any]) -> LogEvent:
    now = timezone.now()
    day = timezone.localdate(now)
    sender = sender_of(request, day)
    return LogEvent(
        id=uuid4(),
        action=EventAction.SEARCH,
        timestamp=now,
        day=day,
        # One visitor's pages of a day are one visit; nothing links those of who asks for privacy.
        visit=f"page-{sender.visitor or uuid4().hex}",
        visitor=sender.visitor,
        network=sender.network,
        bot=sender.bot or _reads_too_fast(request),
        staff=sender.staff,
        provisional=True,
        **facts,
    )


def _is_prefetch(request: HttpRequest) -> bool:
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return "prefetch" in purpose or "prerender" in purpose


def _reads_too_fast(request: HttpRequest) -> bool:
    return is_ratelimited(
        request, group="results-page", key="ip", rate=PAGES_A_MINUTE, increment=True
    )
