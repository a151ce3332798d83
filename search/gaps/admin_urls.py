"""Addresses below /admin/reports/failed-searches/."""

from django.urls import path

from search.gaps import views

app_name = "search_gaps"
urlpatterns = [
    path("", views.FailedSearchesView.as_view(), name="failed_searches"),
    path(
        "results/",
        views.FailedSearchesView.as_view(results_only=True),
        name="failed_searches_results",
    ),
    path("<slug:key>/hide/", views.HideQuestionView.as_view(), name="hide_question"),
    path("<slug:key>/show/", views.ShowQuestionView.as_view(), name="show_question"),
    path("<slug:key>/erase/", views.EraseQuestionView.as_view(), name="erase_question"),
]
