"""Search log."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LogConfig(AppConfig):
    """Search log."""

    name = "search.log"
    label = "search_log"
    verbose_name = _("Search log")

    def ready(self) -> None:
        """Register the periodic jobs and what ranking asks of the log; both need the models."""
        import_module("search.log.jobs").register_jobs()
        import_module("search.log.answers").register_answers()
