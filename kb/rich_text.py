"""Links to pages in formatted text, resolved for a whole article at once.

Wagtail resolves links per paragraph and per link (two queries and more each). Within
``page_links`` they come from one lookup, and lead only where the reader may go.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler

from kb.models import Article
from kb.reading import Reader

LINK = re.compile(r"<a\b[^>]*\blinktype=[^>]*>")
PAGE_ID = re.compile(r'\bid=\\?"(\d+)')

_addresses: ContextVar[Mapping[int, str] | None] = ContextVar("page_addresses", default=None)


def linked_page_ids(source: str) -> set[int]:
    """Ids of pages linked from rich text in its stored form, which may be quoted as JSON."""
    tags = (tag for tag in LINK.findall(source) if 'linktype="page' in tag.replace("\\", ""))
    return {int(number) for tag in tags for number in PAGE_ID.findall(tag)}


@contextmanager
def page_links(source: str, request: HttpRequest) -> Iterator[None]:
    """Resolve the links of ``source`` in one go; paragraphs rendered inside use the result."""
    token = _addresses.set(_addresses_for(linked_page_ids(source), request))
    try:
        yield
    finally:
        _addresses.reset(token)


def _addresses_for(ids: set[int], request: HttpRequest) -> dict[int, str]:
    if not ids:
        return {}
    reader = Reader.of(request)
    pages: list[Page] = list(Article.objects.filter(pk__in=ids).defer_streamfields())
    if others := ids - {page.pk for page in pages}:
        pages += Page.objects.filter(pk__in=others)
    return {page.pk: page.get_url(request) for page in pages if reader.may_read(page)}


class KnownPageLinkHandler(PageLinkHandler):
    """Wagtail's handler, answering from ``page_links`` where that is in force."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: Sequence[dict[str, str]]) -> list[str]:
        """Opening tags, one for each link; without an address where the reader may not go."""
        addresses = _addresses.get()
        if addresses is None:
            return super().expand_db_attributes_many(attrs_list)
        return [_opening_tag(addresses.get(int(attrs["id"])), attrs) for attrs in attrs_list]


def _opening_tag(address: str | None, attrs: Mapping[str, str]) -> str:
    if not address:
        return "<a>"
    return f'<a href="{escape(address)}">'
