"""Addresses below /{locale}/search/."""

from django.urls import path

from search.views import ResultsView, SuggestView

urlpatterns = [
    path("", ResultsView.as_view(), name="search_results"),
    path("suggest", SuggestView.as_view(), name="search_suggest"),
]
