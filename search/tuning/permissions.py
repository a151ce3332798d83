"""Who may tune search, and who may ask why it finds what it finds."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

from kb.models import Article
from search.tuning.models import GoldenQuestion, GoldenRun, Promotion, Synonym

TUNE_SEARCH = "search_tuning.tune_search"

# Whoever writes articles may ask why search shows them where it does.
ARTICLE_POLICY = PagePermissionPolicy(Article)
ARTICLE_ACTIONS = ("add", "change")


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
