"""Addresses of search without a language."""

from django.urls import path

from search.indexing.views import readyz
from search.log.views import EventsView

urlpatterns = [
    path("search/events", EventsView.as_view(), name="search_events"),
    path("readyz", readyz, name="readyz"),
]
