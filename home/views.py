"""The frame's own pages: language choice, contact, sign-in, health."""

import unicodedata
from collections.abc import Callable
from functools import wraps

from django.contrib.auth import views as auth_views
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import translate_url
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, get_language_from_path, get_language_from_request
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from django_ratelimit.core import is_ratelimited
from wagtail.admin.views import account

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


def account_of(group: str, request: HttpRequest) -> str:
    """The account that a sign-in is for; every way to write its name counts as one account.

    Django's form strips and normalises (NFKC) the name too before it looks the account up.
    """
    return unicodedata.normalize("NFKC", request.POST.get("username", "").strip()).casefold()


def has_tried_too_often(request: HttpRequest) -> bool:
    """Whether the address or the account has used up its sign-ins. Counts the request."""
    limits = [("ip", LOGIN_RATE_PER_ADDRESS), (account_of, LOGIN_RATE_PER_ACCOUNT)]
    exceeded = [
        is_ratelimited(request, group="login", key=key, rate=rate, increment=True)
        for key, rate in limits
    ]
    return any(exceeded)


def throttled(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A sign-in ``view`` that does not look at the password after too many tries."""

    @wraps(view)
    def throttled_view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if has_tried_too_often(request):
            return render(request, "home/too_many_requests.html", status=429)
        return view(request, *args, **kwargs)

    return throttled_view


@method_decorator(throttled, name="post")
class LoginView(auth_views.LoginView):
    """Django's sign-in, throttled per address and per account, in the reader's language.

    Signed-in readers see the form too: Wagtail sends those here who lack a group.
    """

    template_name = "home/login.html"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Whoever comes from a Japanese page (``next``) signs in in Japanese."""
        language = get_language_from_path(self.get_redirect_url())
        if language and language != get_language():
            return redirect(translate_url(request.get_full_path(), language))
        return super().get(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """Without ``next``: home, in the language of the form."""
        return f"/{get_language()}/"


@method_decorator(throttled, name="post")
class AdminLoginView(account.LoginView):
    """Wagtail's sign-in to the admin; tries here and at the reader's form are counted together."""


class LogoutView(auth_views.LogoutView):
    """Django's sign-out; back to the home page of the same language."""

    def get_default_redirect_url(self) -> str:
        """Home, in the language of the button."""
        return f"/{get_language()}/"
