"""From what a browser posted to log events, or to the reason why not.

The query token is the only source of what a search came to; the browser adds which question it
was, where and when. Every check has a reason that the sender is told.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from search.analysis.characters import clean
from search.log.events import Application, EventAction, Feedback, LogEvent
from search.log.privacy import scrub
from search.log.visitors import Sender
from search.query import tokens
from search.query.values import MAX_QUESTION_LENGTH

# Further from ours than this, a browser's clock is wrong rather than the event late.
MAX_CLOCK_DIFFERENCE = timedelta(hours=24)
MAX_SECONDS = 86_400
MAX_POSITION = 10_000
_VISIT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NEEDS_QUERY = {
    EventAction.SEARCH,
    EventAction.IMPRESSION,
    EventAction.CLICK,
    EventAction.ANSWER_READ,
}
_NEEDS_OBJECT = {EventAction.IMPRESSION, EventAction.CLICK, EventAction.DWELL}


class MalformedBatchError(Exception):
    """The body is no batch of events at all; says why."""


class RejectedError(Exception):
    """One event that cannot be taken; says why."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A body that has the right shape; its events are yet to be looked at."""

    visit: str
    events: list[Any]


@dataclass(frozen=True, slots=True)
class Reception:
    """What the server knows of a batch: whose it is, and when it came."""

    visit: str
    sender: Sender
    received_at: datetime


def read_batch(body: bytes) -> Batch:
    """The batch in ``body`` (JSON). Raises MalformedBatchError."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedBatchError("not JSON") from None
    if not isinstance(data, dict):
        raise MalformedBatchError("not an object")
    visit, events = data.get("visit"), data.get("events")
    if not isinstance(visit, str) or not _VISIT.fullmatch(visit):
        raise MalformedBatchError("visit must be 1 to 64 letters, digits, - or _")
    if not isinstance(events, list) or not events:
        raise MalformedBatchError("events must be a list of at least one event")
    return Batch(visit, events)


def read_event(raw: object, reception: Reception, index: int = 0) -> LogEvent:
    """The scrubbed event in ``raw``, the ``index``-th of its batch. Raises RejectedError."""
    if not isinstance(raw, dict):
        raise RejectedError("not an object")
    action = _choice(raw, "action", EventAction)
    if action is None:
        raise RejectedError("action missing")
    token = _token(raw, needed=action in _NEEDS_QUERY)
    event = LogEvent(
        id=_uuid(raw.get("id"), "id"),
        action=action,
        timestamp=_timestamp(raw, reception.received_at, index),
        # The day of the visitor's hash. By the browser's time, one person could be another visitor
        # of another day with every batch.
        day=timezone.localdate(reception.received_at),
        visit=reception.visit,
        visitor=reception.sender.visitor,
        network=reception.sender.network if action is EventAction.SEARCH else "",
        application=_choice(raw, "application", Application) or "",
        locale=_locale(raw, token),
        query_id=query_digest(raw["query_id"]) if token else "",
        previous_id=_optional_uuid(raw, "previous_id"),
        object_id=_object_id(raw, needed=action in _NEEDS_OBJECT),
        position=_position(raw, needed=action is EventAction.IMPRESSION),
        seconds=_seconds(raw, needed=action is EventAction.DWELL),
        bot=reception.sender.bot,
        staff=reception.sender.staff,
    )
    add: Addition = _ADDITIONS.get(action, _nothing_more)
    return add(event, raw, token)


def query_digest(query_id: str) -> str:
    """The digest (128 bits) under which events of one answer are joined.

    It tells nothing of the question: a token holds a signature that only we can make.
    """
    return hashlib.blake2b(query_id.encode(), digest_size=16).hexdigest()


def search_facts(text: str, locale: str, token: tokens.QueryToken) -> dict[str, Any]:
    """The fields of a LogEvent that are a search's only, from its text and token.

    The stored hash is that of the scrubbed text: the token's could be tried against a list of
    e-mail addresses. Raises RejectedError when the text is not the one the token was made for.
    """
    question = clean(text)[:MAX_QUESTION_LENGTH].strip()
    if not question:
        raise RejectedError("text missing")
    if tokens.question_hash(question, locale) != token.question:
        raise RejectedError("text is not the question of this query_id")
    scrubbed = scrub(question)
    return {
        "text": scrubbed,
        "question": tokens.question_hash(scrubbed, locale),
        "total": token.total,
        "engine": token.engine,
        "degraded": token.degraded,
        "no_answer": token.no_answer,
    }


# --- what only some actions carry ----------------------------------------------------------------


def _add_search(event: LogEvent, raw: Mapping[str, Any], token: tokens.QueryToken) -> LogEvent:
    text = raw.get("text")
    if not isinstance(text, str):
        raise RejectedError("text missing")
    if not event.application:
        raise RejectedError("application missing")
    return replace(event, **search_facts(text, event.locale, token))


def _add_feedback(event: LogEvent, raw: Mapping[str, Any], token: object) -> LogEvent:
    verdict = _choice(raw, "text", Feedback)
    if verdict is None:
        raise RejectedError("text missing")
    return replace(event, text=verdict.value)


def _nothing_more(event: LogEvent, raw: Mapping[str, Any], token: object) -> LogEvent:
    return event


Addition = Callable[[LogEvent, Mapping[str, Any], Any], LogEvent]
_ADDITIONS: Mapping[EventAction, Addition] = {
    EventAction.SEARCH: _add_search,
    EventAction.FEEDBACK: _add_feedback,
}


# --- single fields -------------------------------------------------------------------------------

Choice = TypeVar("Choice", bound=StrEnum)


def _choice(raw: Mapping[str, Any], name: str, choices: type[Choice]) -> Choice | None:
    value = raw.get(name)
    if value is None:
        return None
    try:
        return choices(value)
    except ValueError:
        raise RejectedError(f"unknown {name}") from None


def _uuid(value: Any, name: str) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise RejectedError(f"{name} is no UUID") from None


def _optional_uuid(raw: Mapping[str, Any], name: str) -> UUID | None:
    return None if raw.get(name) is None else _uuid(raw[name], name)


def _token(raw: Mapping[str, Any], *, needed: bool) -> tokens.QueryToken | None:
    value = raw.get("query_id")
    if value is None and not needed:
        return None
    if not isinstance(value, str):
        raise RejectedError("query_id missing")
    try:
        return tokens.read(value)
    except SignatureExpired:
        raise RejectedError("query_id is too old") from None
    except (BadSignature, UnicodeEncodeError):
        raise RejectedError("query_id is forged") from None


def _locale(raw: Mapping[str, Any], token: tokens.QueryToken | None) -> str:
    locale = raw.get("locale")
    if locale is None:
        return token.locale if token else ""
    if locale not in [code for code, _ in settings.LANGUAGES]:
        raise RejectedError("unknown locale")
    if token and locale != token.locale:
        raise RejectedError("locale is not that of this query_id")
    return str(locale)


def _object_id(raw: Mapping[str, Any], *, needed: bool) -> str:
    value = raw.get("object_id")
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not _OBJECT_ID.fullmatch(value):
        raise RejectedError("object_id missing or malformed")
    return value


def _position(raw: Mapping[str, Any], *, needed: bool) -> int | None:
    value = raw.get("position")
    if value is None and not needed:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_POSITION:
        raise RejectedError("position must be a whole number from 1")
    return value


def _seconds(raw: Mapping[str, Any], *, needed: bool) -> int | None:
    value = raw.get("seconds")
    if value is None and not needed:
        return None
    # Not a number (NaN) is not within the limits either.
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or not number or not 0 <= value <= MAX_SECONDS:
        raise RejectedError(f"seconds must be from 0 to {MAX_SECONDS}")
    return round(value)


def _timestamp(raw: Mapping[str, Any], received_at: datetime, index: int) -> datetime:
    """The browser's time (ISO 8601), or ours if it gives none or is more than a day off.

    Ours moves on by a microsecond an event, so that a batch keeps its order.
    """
    value = raw.get("timestamp")
    if value is None:
        return received_at + timedelta(microseconds=index)
    try:
        parsed = parse_datetime(value)
        stated = parsed and (parsed if timezone.is_aware(parsed) else parsed.replace(tzinfo=UTC))
        trusted = stated and abs(stated - received_at) <= MAX_CLOCK_DIFFERENCE
    except (ValueError, TypeError, OverflowError):
        stated = None
    if not stated:
        raise RejectedError("timestamp is not ISO 8601")
    return stated.astimezone(UTC) if trusted else received_at + timedelta(microseconds=index)
