"""The entry of the golden runs in the Reports menu."""

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem

from search.tuning.permissions import TUNE_SEARCH


class GoldenRunsMenuItem(MenuItem):
    """Shown to those who may open the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """As the view's own permission says."""
        return request.user.has_perm(TUNE_SEARCH)
