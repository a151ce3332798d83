"""Who may tune search."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permissions import register_permission_policy

from search.tuning.models import GoldenQuestion, GoldenRun, Promotion, Synonym

TUNE_SEARCH = "search_tuning.tune_search"


class TuningPolicy(BasePermissionPolicy):
    """One permission covers every action on everything here; Wagtail's own policies want one a
    model and action."""

    def user_has_permission(self, user: AbstractBaseUser | AnonymousUser, action: str) -> bool:
        """Whether ``user`` is a support lead or a superuser, whatever the ``action``."""
        return user.has_perm(TUNE_SEARCH)  # type: ignore[union-attr]


def register_policies() -> None:
    """Have Wagtail's views, menu items and searches ask."""
    for model in (Synonym, Promotion, GoldenQuestion, GoldenRun):
        register_permission_policy(model, TuningPolicy(model))
