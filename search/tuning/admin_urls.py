"""Addresses below /admin/reports/golden-questions/."""

from django.urls import path

from search.tuning.golden_views import GoldenRunsView

app_name = "search_tuning"
urlpatterns = [
    path("", GoldenRunsView.as_view(), name="golden_runs"),
    path("results/", GoldenRunsView.as_view(results_only=True), name="golden_runs_results"),
]
