"""Wires tuning into the admin."""

from django.urls import URLResolver, include, path, reverse
from wagtail import hooks

from search.tuning import admin_urls
from search.tuning.explain_views import EXPLAIN, ExplainSearchView
from search.tuning.golden_views import RUNS, GoldenRunsView
from search.tuning.menu import ExplainMenuItem, GoldenRunsMenuItem
from search.tuning.viewsets import TuningViewSetGroup


@hooks.register("register_admin_viewset")
def register_viewsets() -> TuningViewSetGroup:
    """Synonyms, promoted answers, golden questions."""
    return TuningViewSetGroup()


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLResolver]:
    """The reports' addresses."""
    return [path("reports/", include(admin_urls))]


@hooks.register("register_reports_menu_item")
def register_golden_runs_menu_item() -> GoldenRunsMenuItem:
    """The report's place in the menu: after the failed searches."""
    return GoldenRunsMenuItem(
        GoldenRunsView.page_title,
        reverse(RUNS),
        name="golden-runs",
        icon_name=GoldenRunsView.header_icon,
        order=110,
    )


@hooks.register("register_reports_menu_item")
def register_explain_menu_item() -> ExplainMenuItem:
    """The report's place in the menu: after the golden questions."""
    return ExplainMenuItem(
        ExplainSearchView.page_title,
        reverse(EXPLAIN),
        name="explain-search",
        icon_name=ExplainSearchView.header_icon,
        order=120,
    )
