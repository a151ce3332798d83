"""Log events in the form of User Behavior Insights 1.3.0, and back.

Searches are UBI queries, everything else UBI events; see
https://o19s.github.io/ubi/schema/1.3.0/event.schema.json and query.request.schema.json there.
What UBI has no name for stands under ``annai``. Only core field types are used.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from search.log.events import EventAction, LogEvent

OBJECT_ID_FIELD = "id"

_KEYWORD: Mapping[str, Any] = {"type": "keyword", "ignore_above": 256}
_BOOLEAN: Mapping[str, Any] = {"type": "boolean"}
_INTEGER: Mapping[str, Any] = {"type": "integer"}
_DATE: Mapping[str, Any] = {"type": "date"}

# The fields of a LogEvent that UBI has no name for, with their types.
_OWN: Mapping[str, Mapping[str, Any]] = {
    "day": _DATE,
    "visitor": _KEYWORD,
    "network": _KEYWORD,
    "locale": _KEYWORD,
    "question": _KEYWORD,
    "total": _INTEGER,
    "engine": _KEYWORD,
    "degraded": _BOOLEAN,
    "no_answer": _BOOLEAN,
    "previous_id": _KEYWORD,
    "seconds": _INTEGER,
    "bot": _BOOLEAN,
    "staff": _BOOLEAN,
    "demo": _BOOLEAN,
    "provisional": _BOOLEAN,
    "revision": _INTEGER,
}
_COMMON: Mapping[str, Any] = {
    "application": _KEYWORD,
    "query_id": _KEYWORD,
    "client_id": _KEYWORD,
    "timestamp": _DATE,
    "@timestamp": _DATE,
    "annai": {"properties": _OWN},
}
QUERY_MAPPINGS: Mapping[str, Any] = {
    "dynamic": False,
    "properties": {
        **_COMMON,
        "user_query": {
            "type": "text",
            "fields": {"keyword": {"type": "keyword", "ignore_above": 2000}},
        },
        "object_id_field": _KEYWORD,
    },
}
EVENT_MAPPINGS: Mapping[str, Any] = {
    "dynamic": False,
    "properties": {
        **_COMMON,
        "action_name": _KEYWORD,
        "message_type": _KEYWORD,
        "message": {"type": "text"},
        "event_attributes": {
            "properties": {
                "object": {"properties": {"object_id": _KEYWORD, "object_id_field": _KEYWORD}},
                "position": {"properties": {"ordinal": _INTEGER}},
            }
        },
    },
}
_DEFAULTS = {field.name: field.default for field in fields(LogEvent)}


def to_document(event: LogEvent) -> dict[str, Any]:
    """The UBI document of ``event``; fields that are as by default are left out."""
    timestamp = event.timestamp.astimezone(UTC).isoformat()
    document: dict[str, Any] = {
        "application": event.application,
        "query_id": event.query_id,
        "client_id": event.visit,
        "timestamp": timestamp,
        "@timestamp": timestamp,
        "annai": {
            name: _plain(getattr(event, name))
            for name in _OWN
            if getattr(event, name) != _DEFAULTS[name]
        },
    }
    if event.action is EventAction.SEARCH:
        return document | {"user_query": event.text, "object_id_field": OBJECT_ID_FIELD}
    document |= {"action_name": event.action.value, "message_type": event.action.value.upper()}
    if event.text:
        document["message"] = event.text
    attributes: dict[str, Any] = {}
    if event.object_id:
        attributes["object"] = {"object_id": event.object_id, "object_id_field": OBJECT_ID_FIELD}
    if event.position is not None:
        attributes["position"] = {"ordinal": event.position}
    return document | ({"event_attributes": attributes} if attributes else {})


def from_document(identifier: str, document: Mapping[str, Any]) -> LogEvent:
    """The event whose UBI document this is."""
    own = dict(document["annai"])
    own["day"] = date.fromisoformat(own["day"])
    if "previous_id" in own:
        own["previous_id"] = UUID(own["previous_id"])
    attributes = document.get("event_attributes", {})
    return LogEvent(
        id=UUID(identifier),
        action=EventAction(document.get("action_name", EventAction.SEARCH)),
        timestamp=datetime.fromisoformat(document["timestamp"]),
        visit=document["client_id"],
        application=document["application"],
        text=document.get("user_query", document.get("message", "")),
        query_id=document["query_id"],
        object_id=attributes.get("object", {}).get("object_id", ""),
        position=attributes.get("position", {}).get("ordinal"),
        **own,
    )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID | date) else value
