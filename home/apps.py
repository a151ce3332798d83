"""Home: the start page, the contact page, sign-in pages and site health."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The site's frame."""

    name = "home"
    verbose_name = _("Home")
