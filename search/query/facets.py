"""Facet counts to the choices a reader has: names, how many results each leaves, what is chosen."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from kb.models import Stage, Topic
from search.engines.base import Facet
from search.indexing.eligibility import TOP_TOPIC_DEPTH, open_places
from search.indexing.prepared import Prepared
from search.query.values import FacetValue, SearchRequest


def topic_facet(request: SearchRequest) -> Facet:
    """What to count for the choice of topics: those at the top; all, where one is chosen."""
    return Facet.TOPIC if request.filters.get(Facet.TOPIC) else Facet.TOP_TOPIC


def present_facets(
    request: SearchRequest, counts: Mapping[Facet, Mapping[str, int]]
) -> dict[str, tuple[FacetValue, ...]]:
    """Choices per facet, most results first; a chosen value stays though it may leave none."""
    return {
        Facet.TOPIC: _topic_choices(request, counts.get(topic_facet(request), {})),
        Facet.STAGE: _stage_choices(request, counts.get(Facet.STAGE, {})),
    }


def _topic_choices(request: SearchRequest, counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    """Top-level topics, and the next level below a chosen one. Two SQL queries, four where one is
    chosen.

    A chosen topic that leaves no result has no name here, nor has one that has been made private
    since it was counted.
    """
    chosen = set(request.filters.get(Facet.TOPIC, ()))
    # Only topics of results the viewer may read: anybody can ask for any number.
    open_ids = [int(value) for value in chosen.intersection(counts)]
    rows = list(map(_Topic._make, _TOPICS_AT_THE_TOP.rows([int(value) for value in counts])))
    if open_ids:
        opened = _topics().filter(pk__in=open_ids).values_list(*_Topic._fields, "depth")
        below = [Q(path__startswith=path, depth=depth + 1) for _, _, path, depth in opened]
        beside = Q(pk__in=open_ids) | reduce(or_, below, Q())
        rows += map(_Topic._make, _topics().filter(beside).values_list(*_Topic._fields))
    named = open_places((row.path for row in rows), request.viewer)
    choices = {
        row.pk: FacetValue(str(row.pk), row.title, counts[str(row.pk)], row.pk in open_ids)
        for row in sorted(rows, key=lambda row: row.path)
        if str(row.pk) in counts and row.path in named
    }
    return tuple(sorted(choices.values(), key=lambda choice: -choice.count))


class _Topic(NamedTuple):
    """What is read of a topic."""

    pk: int
    title: str
    path: str


def _topics() -> QuerySet[Topic]:
    return Topic.objects.filter(live=True).order_by()


def _topics_at_the_top(topic_ids: Sequence[int]) -> QuerySet[Topic, Any]:
    at_the_top = _topics().filter(depth=TOP_TOPIC_DEPTH)
    return at_the_top.filter(pk__in=topic_ids).values_list(*_Topic._fields)


_TOPICS_AT_THE_TOP = Prepared(_topics_at_the_top)


def _stage_choices(request: SearchRequest, counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    chosen = set(request.filters.get(Facet.STAGE, ()))
    return tuple(
        FacetValue(stage.value, str(stage.label), counts.get(stage, 0), stage in chosen)
        for stage in Stage
        if counts.get(stage) or stage in chosen
    )
