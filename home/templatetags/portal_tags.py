"""Tags of the frame around every page: brand, home address, languages, words of an address."""

import re
from urllib.parse import unquote

from django import template
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.template.context import RequestContext
from django.urls import reverse, translate_url
from django.utils.translation import get_language, get_language_info, override
from wagtail.models import Page, Site

from home.models import HomePage
from kb.listing import TranslationLink, translations_of

register = template.Library()

# Addresses that mean the same in every language, and what of their query does.
TRANSLATABLE_VIEWS = {"search_results", "contact", "login"}
TRANSLATABLE_PARAMETERS = ("q", "next")

WORD_BREAKS = re.compile(r"[\W_]+")


@register.simple_tag(takes_context=True)
def site_name(context: RequestContext) -> str:
    """The brand's name as set in Wagtail's site settings."""
    site = Site.find_for_request(context["request"])
    return (site and site.site_name) or settings.WAGTAIL_SITE_NAME


@register.simple_tag
def home_url(language: str = "") -> str:
    """Address of the home page in ``language``; in the active one if not given."""
    with override(language or get_language()):
        return reverse("wagtail_serve", args=[""])


@register.simple_tag
def home_page() -> HomePage | None:
    """The home page of the active language."""
    return HomePage.objects.filter(locale__language_code=get_language(), live=True).first()


@register.simple_tag(takes_context=True)
def translations(context: RequestContext, page: Page | None) -> list[TranslationLink]:
    """The page in the other languages; none for addresses that are no page."""
    if not isinstance(page, Page) or getattr(context["request"], "is_preview", False):
        return []
    return translations_of(page, context["request"])


@register.simple_tag(takes_context=True)
def language_links(context: RequestContext, known: list[TranslationLink]) -> list[TranslationLink]:
    """One link per other language: ``known`` translations first, else the nearest address."""
    by_language = {link.language: link for link in known}
    return [
        by_language.get(code) or _nearest(context["request"], code)
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]


def _nearest(request: HttpRequest, language: str) -> TranslationLink:
    name = get_language_info(language)["name_local"]
    match = request.resolver_match
    if match is None or match.view_name not in TRANSLATABLE_VIEWS:
        return TranslationLink(language, name, home_url(language))
    kept = QueryDict(mutable=True)
    for parameter in TRANSLATABLE_PARAMETERS:
        if parameter in request.GET:
            kept[parameter] = request.GET[parameter]
    query = f"?{kept.urlencode()}" if kept else ""
    return TranslationLink(language, name, translate_url(request.path, language) + query)


@register.simple_tag
def contact_email() -> str:
    """Where customers write to; may be empty."""
    return settings.ANNAI_CONTACT_EMAIL


@register.simple_tag
def contact_url() -> str:
    """A contact page elsewhere; may be empty."""
    return settings.ANNAI_CONTACT_URL


@register.filter
def address_words(path: str) -> str:
    """The words of an address's last part, as somebody might have typed them.

    ``/en/topics/lost-parcel/`` gives ``lost parcel``; language codes and numbers alone give
    nothing.
    """
    parts = [part for part in unquote(path).split("/") if part]
    words = WORD_BREAKS.sub(" ", parts[-1]).strip() if parts else ""
    codes = {code for code, _name in settings.LANGUAGES}
    return "" if words in codes or words.isdigit() else words[:100]
