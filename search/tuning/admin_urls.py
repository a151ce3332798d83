"""Addresses below /admin/reports/."""

from django.urls import path

from search.tuning.explain_views import ExplainSearchView
from search.tuning.golden_views import GoldenRunsView

app_name = "search_tuning"
urlpatterns = [
    path("golden-questions/", GoldenRunsView.as_view(), name="golden_runs"),
    path(
        "golden-questions/results/",
        GoldenRunsView.as_view(results_only=True),
        name="golden_runs_results",
    ),
    path("explain-search/", ExplainSearchView.as_view(), name="explain"),
]
