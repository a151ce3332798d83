"""Knowledge base: topics and articles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KbConfig(AppConfig):
    """Topics and articles."""

    name = "kb"
    verbose_name = _("Knowledge base")
