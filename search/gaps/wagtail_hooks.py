"""Wires the failed-search report into the admin."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLResolver, include, path, reverse
from wagtail import hooks

from search.gaps import admin_urls
from search.gaps.menu import FailedSearchesMenuItem
from search.gaps.views import INDEX, FailedSearchesView


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLResolver]:
    """The report's addresses."""
    return [path("reports/failed-searches/", include(admin_urls))]


@hooks.register("register_reports_menu_item")
def register_failed_searches_menu_item() -> FailedSearchesMenuItem:
    """The report's place in the menu: first."""
    return FailedSearchesMenuItem(
        FailedSearchesView.page_title,
        reverse(INDEX),
        name="failed-searches",
        icon_name=FailedSearchesView.header_icon,
        order=100,
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Lets groups be given the permission in the admin."""
    return Permission.objects.filter(
        content_type__app_label="search_gaps", codename="view_failedsearches"
    )
