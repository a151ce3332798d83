"""The log in Elasticsearch: monthly indices that any tool for User Behavior Insights can read."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan, streaming_bulk

from search.engines.base import EngineUnavailable
from search.engines.elasticsearch_client import client as configured_client
from search.engines.elasticsearch_client import cluster_errors
from search.log.events import EventAction, ForeignEventError, LogEvent, settle
from search.log.stores.ubi import EVENT_MAPPINGS, QUERY_MAPPINGS, from_document, to_document

REQUEST_TIMEOUT_SECONDS = 60
_MONTH = re.compile(r"(\d{4})\.(\d{2})$")


class ElasticsearchStore:
    """Implements ``LogStore`` on ``{prefix}ubi_queries-YYYY.MM`` and ``{prefix}ubi_events-…``."""

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self._client = client.options(request_timeout=REQUEST_TIMEOUT_SECONDS)
        self._queries = f"{prefix}ubi_queries"
        self._events = f"{prefix}ubi_events"
        self._everything = [f"{self._queries}-*", f"{self._events}-*"]

    @classmethod
    def from_settings(cls) -> "ElasticsearchStore":
        """The store of the configured cluster. Raises EngineUnavailable where there is none."""
        return cls(configured_client(), settings.ELASTICSEARCH_PREFIX)

    # --- LogStore -----------------------------------------------------------------------------

    def append(self, events: Sequence[LogEvent]) -> frozenset[UUID]:
        """Keep ``events``; see LogStore. Raises EngineUnavailable when one is refused."""
        kept = self._stored({event.id for event in events})
        known, refused = dict(kept), set()
        for event in events:
            try:
                kept[event.id] = settle(kept.get(event.id, event), event)
            except ForeignEventError:
                refused.add(event.id)
        errors = self.put([e for e in kept.values() if e is not known.get(e.id)])
        if errors:
            raise EngineUnavailable(f"the search cluster refused {len(errors)} events")
        return frozenset(refused)

    def scan(self, day: date) -> Iterator[LogEvent]:
        """The events of ``day``; see LogStore."""
        hits = self._scan({"term": {"annai.day": day.isoformat()}}, sorted_by="client_id")
        events = (from_document(hit["_id"], hit["_source"]) for hit in hits)
        # Elasticsearch keeps milliseconds; the order within a batch is finer than that.
        for _, visit in groupby(events, key=lambda event: event.visit):
            yield from sorted(visit, key=lambda event: (event.timestamp, event.id))

    def purge(self, before: date) -> int:
        """Drop the months that are over, and the older days of the month that is not."""
        with cluster_errors():
            names = self._client.indices.get(index=self._everything, filter_path="*.aliases").body
            months = {name: month for name in names if (month := _month_of(name))}
            over = [name for name, month in months.items() if month < before.replace(day=1)]
            gone = 0
            if over:
                gone = int(self._client.count(index=over)["count"])
                self._client.indices.delete(index=over)
        return gone + self._delete({"range": {"annai.day": {"lt": before.isoformat()}}})

    def erase(self, *, visit: str = "", questions: Iterable[str] = ()) -> int:
        """Delete a visit or questions; see LogStore."""
        asked = {"terms": {"annai.question": [question for question in questions if question]}}
        answers = {hit["_source"]["query_id"] for hit in self._scan(asked)} - {""}
        concerned: list[Mapping[str, Any]] = [asked]
        if visit:
            concerned.append({"term": {"client_id": visit}})
        # An index takes 65,536 terms at most in one query.
        gone = self._delete({"bool": {"should": concerned}})
        for some in _slices(sorted(answers), 10_000):
            gone += self._delete({"terms": {"query_id": some}})
        return gone

    # --- shipping -----------------------------------------------------------------------------

    def put(self, events: Sequence[LogEvent]) -> dict[UUID, str]:
        """Write ``events`` as they are; the reasons for those that will never be taken.

        A document is never replaced by an older revision of itself. Searchable on return.
        """
        self._template_is_there  # noqa: B018
        errors: dict[UUID, str] = {}
        with cluster_errors():
            for done, item in streaming_bulk(
                self._client,
                map(self._action, events),
                raise_on_error=False,
                refresh=True,
            ):
                answer = item["index"]
                if done or answer["status"] == 409:  # a newer revision is there already
                    continue
                if answer["status"] == 429 or answer["status"] >= 500:
                    raise EngineUnavailable("the search cluster is overloaded")
                errors[UUID(answer["_id"])] = str(answer["error"].get("reason", ""))
        return errors

    def _action(self, event: LogEvent) -> dict[str, Any]:
        name = self._queries if event.action is EventAction.SEARCH else self._events
        return {
            "_op_type": "index",
            "_index": f"{name}-{event.day:%Y.%m}",
            "_id": str(event.id),
            "version": event.revision + 1,
            "version_type": "external_gte",
            "_source": to_document(event),
        }

    @cached_property
    def _template_is_there(self) -> bool:
        with cluster_errors():
            for name, mappings in ((self._queries, QUERY_MAPPINGS), (self._events, EVENT_MAPPINGS)):
                self._client.indices.put_index_template(
                    name=name,
                    index_patterns=[f"{name}-*"],
                    priority=500,
                    template={
                        "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"},
                        "mappings": mappings,
                    },
                )
        return True

    # --- common ground --------------------------------------------------------------------------

    def _stored(self, ids: Iterable[UUID]) -> dict[UUID, LogEvent]:
        hits = self._scan({"ids": {"values": [str(identifier) for identifier in ids]}})
        events = (from_document(hit["_id"], hit["_source"]) for hit in hits)
        return {event.id: event for event in events}

    def _scan(self, query: Mapping[str, Any], sorted_by: str = "") -> Iterator[Mapping[str, Any]]:
        order = [{sorted_by: {"order": "asc", "unmapped_type": "keyword"}}] if sorted_by else None
        with cluster_errors():
            yield from scan(
                self._client,
                query={"query": query} | ({"sort": order} if order else {}),
                index=",".join(self._everything),
                preserve_order=bool(order),
                ignore_unavailable=True,
            )

    def _delete(self, query: Mapping[str, Any]) -> int:
        with cluster_errors():
            answer = self._client.delete_by_query(
                index=self._everything,
                query=query,
                conflicts="proceed",
                ignore_unavailable=True,
                refresh=True,
            )
        return int(answer["deleted"])


def _month_of(name: str) -> date | None:
    match = _MONTH.search(name)
    return date(int(match[1]), int(match[2]), 1) if match else None


def _slices(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[i : i + size] for i in range(0, len(values), size))
