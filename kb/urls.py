"""Addresses for machines that read the whole site."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.generic import TemplateView

from kb.sitemap import PageSitemap

urlpatterns = [
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": PageSitemap}}, name="sitemap"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="kb/robots.txt", content_type="text/plain"),
        name="robots",
    ),
]
