"""Content gaps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GapsConfig(AppConfig):
    """Content gaps."""

    name = "search.gaps"
    label = "search_gaps"
    verbose_name = _("Content gaps")
