"""Content gaps."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GapsConfig(AppConfig):
    """Content gaps."""

    name = "search.gaps"
    label = "search_gaps"
    verbose_name = _("Content gaps")

    def ready(self) -> None:
        """Register the hidden questions, which need the models."""
        import_module("search.gaps.questions").register_hidden()
