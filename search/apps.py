"""Search views."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Search views."""

    name = "search"
    label = "search"
    verbose_name = _("Search views")
