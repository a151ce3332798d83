"""Wagtail's page privacy as a value: which restrictions cover a place in the page tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q
from wagtail.models import PageViewRestriction

# The page, its aliases, their aliases; mirrored languages make one step of each.
_PLACES = ("page__path", "page__aliases__path", "page__aliases__aliases__path")


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The query and its parameters, always the same: writing it takes Django ten times longer than
    a database needs to answer it."""
    rows = PageViewRestriction.objects.values_list("restriction_type", "page__alias_of", *_PLACES)
    sql, parameters = rows.query.sql_with_params()
    return sql, tuple(parameters)


@dataclass(frozen=True, slots=True)
class Restriction:
    """One privacy setting and the subtree it covers. A tree path begins with its ancestors'."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Privacy:
    """Every restriction of the portal; a handful."""

    restrictions: tuple[Restriction, ...]

    @classmethod
    def load(cls) -> "Privacy":
        """The state of this moment. One query."""
        with connection.cursor() as cursor:
            cursor.execute(*_statement())
            rows = cursor.fetchall()
        # Told apart here: asked for it in SQL, SQLite goes through every page. A restriction of an
        # alias itself does not count: Wagtail asks its source instead.
        restricted = (
            (kind, paths)
            for kind, source, *paths in rows
            if source is None and kind != PageViewRestriction.NONE
        )
        places = {(kind, path): None for kind, paths in restricted for path in paths if path}
        return cls(tuple(Restriction(kind, path) for kind, path in places))

    def on(self, path: str) -> Iterator[Restriction]:
        """The restrictions that cover a place."""
        return (r for r in self.restrictions if path.startswith(r.path))

    def covered(self, kind: str) -> Q:
        """Pages covered by a restriction of this kind; an empty Q where there is none."""
        paths = [Q(path__startswith=r.path) for r in self.restrictions if r.kind == kind]
        return reduce(or_, paths, Q())
