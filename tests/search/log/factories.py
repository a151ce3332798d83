"""Events in the making: a search of now, and what follows it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from search.log.events import Application, EventAction, LogEvent
from search.query import tokens

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


def token_for(text: str, locale: str = "en", **facts) -> str:
    """A query token as the pipeline issues it."""
    values = {"total": 3, "engine": "embedded", "degraded": False, "no_answer": False} | facts
    return tokens.issue(
        tokens.QueryToken(question=tokens.question_hash(text, locale), locale=locale, **values)
    )


def search_event(text: str = "reset my password", at: datetime = NOON, **fields) -> LogEvent:
    """A stored search with three results, by a visitor of its own unless told otherwise."""
    locale = fields.get("locale", "en")
    values = {
        "id": uuid4(),
        "action": EventAction.SEARCH,
        "timestamp": at,
        "day": timezone.localdate(at),
        "visit": "visit-1",
        "visitor": "a" * 32,
        "application": Application.TYPE_AHEAD,
        "locale": locale,
        "text": text,
        "query_id": uuid4().hex,
        "question": tokens.question_hash(text, locale),
        "total": 3,
        "engine": "embedded",
    }
    return LogEvent(**values | fields)


def follow_up(search: LogEvent, action: EventAction, after: float = 10, **fields) -> LogEvent:
    """An event on a search's answer, ``after`` seconds later."""
    at = search.timestamp + timedelta(seconds=after)
    values = {
        "id": uuid4(),
        "action": action,
        "timestamp": at,
        "day": timezone.localdate(at),
        "visit": search.visit,
        "visitor": search.visitor,
        "locale": search.locale,
        "query_id": search.query_id,
        "object_id": "12",
    }
    return LogEvent(**values | fields)


def failed_visits(text: str, visitors: int, at: datetime, **fields) -> list[LogEvent]:
    """Searches without a result, each by another visitor."""
    return [
        search_event(
            text,
            at + timedelta(minutes=number),
            total=0,
            visit=f"{text}-{at:%d}-{number}"[-64:],
            visitor=f"{number:032x}",
            **fields,
        )
        for number in range(visitors)
    ]
