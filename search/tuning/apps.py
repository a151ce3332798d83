"""Search tuning."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TuningConfig(AppConfig):
    """Search tuning."""

    name = "search.tuning"
    label = "search_tuning"
    verbose_name = _("Search tuning")

    def ready(self) -> None:
        """Register the rules, the permissions and the daily run; all need the models."""
        import_module("search.tuning.rules").register_rules()
        import_module("search.tuning.receivers")
        import_module("search.tuning.permissions").register_policies()
        import_module("search.tuning.jobs").register_jobs()
