"""Wagtail's page privacy as a value: which restrictions cover a place in the page tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from wagtail.models import PageViewRestriction

from kb.visibility import Viewer, Visibility

# The page, its aliases, their aliases; mirrored languages make one step of each.
_PLACES = ("page__path", "page__aliases__path", "page__aliases__aliases__path")


@dataclass(frozen=True, slots=True)
class Restriction:
    """One privacy setting and the subtree it covers. A tree path begins with its ancestors'."""

    kind: str
    path: str
    group_ids: frozenset[int]

    def lets_in(self, viewer: Viewer) -> bool:
        """Whether the viewer passes. Nobody passes a password here: see ``eligibility``."""
        if self.kind == PageViewRestriction.LOGIN:
            return viewer.level != Visibility.PUBLIC
        if self.kind == PageViewRestriction.GROUPS:
            return viewer.is_superuser or bool(self.group_ids & viewer.group_ids)
        return False


@dataclass(frozen=True, slots=True)
class Privacy:
    """Every restriction of the portal; a handful."""

    restrictions: tuple[Restriction, ...]

    @classmethod
    def load(cls) -> "Privacy":
        """The state of this moment. One query."""
        rows = PageViewRestriction.objects.exclude(
            restriction_type=PageViewRestriction.NONE
        ).values_list("pk", "restriction_type", "page__alias_of", "groups__pk", *_PLACES)
        groups: dict[int, set[int]] = {}
        places: dict[tuple[int, str, str], None] = {}
        for pk, kind, alias_of, group_id, *paths in rows:
            groups.setdefault(pk, set()).update([group_id] if group_id else [])
            # A restriction of an alias itself does not count: Wagtail asks its source instead.
            own = paths if alias_of is None else []
            places.update(dict.fromkeys((pk, kind, path) for path in own if path))
        return cls(
            tuple(Restriction(kind, path, frozenset(groups[pk])) for pk, kind, path in places)
        )

    def on(self, path: str) -> Iterator[Restriction]:
        """The restrictions that cover a place."""
        return (r for r in self.restrictions if path.startswith(r.path))

    def covered(self, kind: str) -> Q:
        """Pages covered by a restriction of this kind; an empty Q where there is none."""
        paths = [Q(path__startswith=r.path) for r in self.restrictions if r.kind == kind]
        return reduce(or_, paths, Q())
