"""The entries of tuning in the Reports menu."""

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem

from search.tuning.permissions import ARTICLE_ACTIONS, ARTICLE_POLICY, TUNE_SEARCH


class GoldenRunsMenuItem(MenuItem):
    """Shown to those who may open the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """As the view's own permission says."""
        return request.user.has_perm(TUNE_SEARCH)


class ExplainMenuItem(MenuItem):
    """Shown to those who write articles."""

    def is_shown(self, request: HttpRequest) -> bool:
        """As the view's own permission says."""
        return bool(ARTICLE_POLICY.user_has_any_permission(request.user, ARTICLE_ACTIONS))
