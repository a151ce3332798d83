"""Public addresses; they are contracts (docs/architecture.md)."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from home.views import AdminLoginView

urlpatterns: list[URLPattern | URLResolver] = [
    # In place of Wagtail's own, which lets passwords be guessed at any speed.
    path("admin/login/", AdminLoginView.as_view()),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("search.urls")),
    path("", include("home.urls")),
    path("", include("kb.urls")),
]
urlpatterns += i18n_patterns(
    path("", include("home.locale_urls")),
    path("search/", include("search.locale_urls")),
    path("", include(wagtail_urls)),
)
