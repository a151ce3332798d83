"""Addresses without a language."""

from django.conf import settings
from django.urls import path
from django.views.static import serve

from home.views import choose_language, healthz

urlpatterns = [
    path("", choose_language, name="choose_language"),
    path("healthz", healthz, name="healthz"),
    # Only the sizes made for pages: originals and documents have views that check access.
    path(
        "media/images/<path:path>",
        serve,
        {"document_root": settings.MEDIA_ROOT / "images"},
        name="rendition",
    ),
]
