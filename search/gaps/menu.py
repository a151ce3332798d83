"""The report's entry in the Reports menu."""

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem

from search.gaps.permissions import POLICY


class FailedSearchesMenuItem(MenuItem):
    """Shown to those who may open the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """As the view's own permission says."""
        return POLICY.user_has_permission(request.user, "view")
