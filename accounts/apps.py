"""Accounts: the custom user model and the roles that come with an installation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users and roles."""

    name = "accounts"
    verbose_name = _("Accounts")
