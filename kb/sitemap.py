"""The sitemap: pages that everybody may read, each with its translations."""

from collections import defaultdict
from datetime import datetime
from functools import cached_property
from itertools import chain

from django.contrib.sitemaps import Sitemap
from wagtail.models import Page

from kb.models import Article
from kb.reading import Reader
from kb.visibility import ANONYMOUS


class PageSitemap(Sitemap):
    """Home pages, topics and public articles; pages of one translation key are alternates."""

    limit = 10_000

    @cached_property
    def pages(self) -> list[Page]:
        """Every listed page, home pages and topics first. Three queries."""
        reader = Reader(ANONYMOUS)
        others = reader.pages().not_exact_type(Article).filter(depth__gt=1)
        articles = reader.articles().defer_streamfields()
        return list(chain(others.select_related("locale"), articles.select_related("locale")))

    def items(self) -> list[Page]:
        """Pages that have an address: those below a site's home page or its translations."""
        return [page for page in self.pages if page.get_url()]

    def location(self, item: Page) -> str:
        """The path; Django puts the host in front."""
        return item.get_url()

    def lastmod(self, item: Page) -> datetime | None:
        """When the page last changed for readers."""
        return item.last_published_at

    def _urls(self, page: int, protocol: str, domain: str) -> list[dict[str, object]]:
        """Django's entries, with the alternates that its i18n mode makes from addresses alone."""
        entries = super()._urls(page, protocol, domain)
        for entry in entries:
            group = self._translations[entry["item"].translation_key]
            if len(group) > 1:
                entry["alternates"] = [
                    {
                        "location": f"{protocol}://{domain}{self.location(translation)}",
                        "lang_code": translation.locale.language_code,
                    }
                    for translation in group
                ]
        return entries

    @cached_property
    def _translations(self) -> dict[object, list[Page]]:
        groups: dict[object, list[Page]] = defaultdict(list)
        for page in self.pages:
            groups[page.translation_key].append(page)
        return groups
