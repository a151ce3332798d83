"""Search indexing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndexingConfig(AppConfig):
    """Search indexing."""

    name = "search.indexing"
    label = "search_indexing"
    verbose_name = _("Search indexing")
