"""Search indexing."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndexingConfig(AppConfig):
    """Search indexing."""

    name = "search.indexing"
    label = "search_indexing"
    verbose_name = _("Search indexing")

    def ready(self) -> None:
        """Listen to the CMS and register the periodic jobs; both need the models."""
        import_module("search.indexing.receivers")
        import_module("search.indexing.jobs").register_jobs()
