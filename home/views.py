"""The frame's own pages: language choice, contact, sign-in, health."""

from django.contrib.auth import views as auth_views
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_path, get_language_from_request
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from django_ratelimit.core import is_ratelimited

# Tries per address and per account: enough for a forgetful reader, too few for a guesser.
LOGIN_RATE_PER_ADDRESS = "20/5m"
LOGIN_RATE_PER_ACCOUNT = "10/5m"


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the home page in the browser's language."""
    response = redirect(f"/{get_language_from_request(request)}/")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process is alive: it answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    response = JsonResponse({"status": "ok"})
    response.headers["Cache-Control"] = "no-store"
    return response


class ContactView(TemplateView):
    """The ways to reach people: an e-mail address and, if set, a page elsewhere."""

    template_name = "home/contact.html"
    http_method_names = ["get", "head", "options"]


class LoginView(auth_views.LoginView):
    """Django's sign-in, throttled per address and per account, in the reader's language.

    Signed-in readers see the form too: Wagtail sends those here who lack a group.
    """

    template_name = "home/login.html"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Whoever comes from a Japanese page (``next``) signs in in Japanese."""
        language = get_language_from_path(self.get_redirect_url())
        if language and language != get_language():
            return redirect(translate_url(request.get_full_path(), language))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Check the password, unless there were too many tries."""
        if self._is_throttled(request):
            return render(request, "home/too_many_requests.html", status=429)
        return super().post(request, *args, **kwargs)

    @staticmethod
    def _is_throttled(request: HttpRequest) -> bool:
        limits = {"ip": LOGIN_RATE_PER_ADDRESS, "post:username": LOGIN_RATE_PER_ACCOUNT}
        exceeded = [
            is_ratelimited(request, group="login", key=key, rate=rate, increment=True)
            for key, rate in limits.items()
        ]
        return any(exceeded)

    def get_default_redirect_url(self) -> str:
        """Without ``next``: home, in the language of the form."""
        return f"/{get_language()}/"


class LogoutView(auth_views.LogoutView):
    """Django's sign-out; back to the home page of the same language."""

    def get_default_redirect_url(self) -> str:
        """Home, in the language of the button."""
        return f"/{get_language()}/"
