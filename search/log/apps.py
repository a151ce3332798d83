"""Search log."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LogConfig(AppConfig):
    """Search log."""

    name = "search.log"
    label = "search_log"
    verbose_name = _("Search log")
