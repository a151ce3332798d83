"""Queries whose SQL is written once: that takes Django as long as the database takes to answer."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Statement = tuple[str, tuple[Any, ...]]


class Prepared:
    """A query for the rows of some ids, written once for each number of them.

    ``build`` makes the queryset for given ids. They have to be its last condition, and its columns
    come as the database's own values: a date may be text, and JSON is no text until it is cast.
    """

    def __init__(self, build: Callable[[Sequence[int]], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._statement = lru_cache(maxsize=200)(self._written)

    def rows(self, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """The rows, in the database's order. One query; none without ids."""
        if not ids:
            return []
        sql, parameters = self._statement(len(ids))
        with connection.cursor() as cursor:
            cursor.execute(sql, (*parameters, *ids))
            return list(cursor.fetchall())

    def _written(self, count: int) -> Statement:
        ids = range(count)
        sql, parameters = self._build(ids).query.sql_with_params()
        if tuple(parameters[-count:]) != tuple(ids):
            raise ValueError("the ids are not the last parameters of the query")
        return sql, tuple(parameters[:-count])
