"""Queries whose SQL is written once: that takes Django as long as the database takes to answer."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Statement = tuple[str, tuple[Any, ...]]


class Prepared:
    """A query for the rows of some keys, written once for each power of two of them.

    ``build`` makes the queryset for given keys. They have to be its last condition, and its columns
    come as the database's own values: JSON is no text until it is cast.
    """

    def __init__(self, build: Callable[[Sequence[Any]], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._statement = cache(self._written)

    def rows(self, keys: Sequence[int] | Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows, in the database's order. One query; none without keys."""
        if not keys:
            return []
        count = 1 << (len(keys) - 1).bit_length()
        sql, parameters = self._statement(count)
        padding = [keys[-1]] * (count - len(keys))
        with connection.cursor() as cursor:
            cursor.execute(sql, (*parameters, *keys, *padding))
            return list(cursor.fetchall())

    def _written(self, count: int) -> Statement:
        keys = range(count)
        sql, parameters = self._build(keys).query.sql_with_params()
        if list(map(str, parameters[-count:])) != list(map(str, keys)):
            raise ValueError("the keys are not the last parameters of the query")
        return sql, tuple(parameters[:-count])
