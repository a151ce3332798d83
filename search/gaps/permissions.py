"""Who may see what people searched for."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from wagtail.permission_policies import BasePermissionPolicy

VIEW_FAILED_SEARCHES = "search_gaps.view_failedsearches"


class FailedSearchesPolicy(BasePermissionPolicy):
    """One permission covers seeing, hiding and erasing; Wagtail's own policies know models only."""

    def user_has_permission(self, user: AbstractBaseUser | AnonymousUser, action: str) -> bool:
        """Whether ``user`` is a support lead or a superuser, whatever the ``action``."""
        return user.has_perm(VIEW_FAILED_SEARCHES)  # type: ignore[union-attr]


POLICY = FailedSearchesPolicy("search_gaps.HiddenQuestion")
