"""Who may read an article: its own visibility and Wagtail's page privacy, the stricter wins."""

from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """Access to an article, from the widest to the narrowest."""

    PUBLIC = "public", _("Everyone")
    SIGNED_IN = "signed-in", _("Signed-in readers")
    STAFF = "staff", _("Staff only")


STRICTNESS = {Visibility.PUBLIC: 0, Visibility.SIGNED_IN: 1, Visibility.STAFF: 2}
# What a viewer of each level may read, widest first.
_READABLE = {
    level: tuple(v for v in Visibility if STRICTNESS[v] <= STRICTNESS[level])
    for level in Visibility
}


def strictest(*visibilities: str) -> Visibility:
    """The narrowest of ``visibilities``; public when there is none."""
    return max(
        (Visibility(v) for v in visibilities),
        key=lambda visibility: STRICTNESS[visibility],
        default=Visibility.PUBLIC,
    )


@dataclass(frozen=True, slots=True)
class Viewer:
    """A reader as access decisions need them: a level and, for restricted pages, the groups."""

    level: Visibility = Visibility.PUBLIC
    group_ids: frozenset[int] = field(default_factory=frozenset)
    is_superuser: bool = False

    @property
    def visibilities(self) -> tuple[Visibility, ...]:
        """Every visibility this viewer may read, widest first."""
        return _READABLE[self.level]

    def may_read(self, visibility: str) -> bool:
        """Whether an article of this effective visibility is open to the viewer."""
        return Visibility(visibility) in self.visibilities


ANONYMOUS = Viewer()


def viewer_of(user: AbstractUser | AnonymousUser) -> Viewer:
    """The viewer behind a request's user. No query for anonymous visitors."""
    if isinstance(user, AnonymousUser) or not user.is_authenticated:
        return ANONYMOUS
    staff = user.has_perm("kb.read_staff_articles")
    return Viewer(
        level=Visibility.STAFF if staff else Visibility.SIGNED_IN,
        group_ids=frozenset(user.groups.values_list("pk", flat=True)),
        is_superuser=user.is_superuser,
    )
