"""The home page: the question box, topics and the way to people."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.url_routing import RouteResult


class HomePage(Page):
    """One per locale, directly below the root; its slug is the locale's code."""

    introduction = models.CharField(
        _("introduction"),
        max_length=200,
        blank=True,
        help_text=_("One sentence below the question box."),
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["kb.Topic"]
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("home page")

    def route(self, request: HttpRequest, path_components: Sequence[str]) -> RouteResult:
        """Find a page below in two queries; Wagtail's walk takes two for every level.

        No page type of the portal has a routing of its own, so the address is the page's place in
        the tree. Every page on the way knows its parent afterwards, which spares the breadcrumb
        its queries. Raises Http404.
        """
        if not path_components:
            return super().route(request, path_components)
        steps = [f"{slug}/" for slug in path_components]
        addresses = list(accumulate(steps, initial=self.url_path))
        found = {page.url_path: page for page in Page.objects.filter(url_path__in=addresses[1:])}
        if len(found) < len(steps) or not found[addresses[-1]].live:
            raise Http404
        page = found[addresses[-1]].specific
        places = [self, *(found[address] for address in addresses[1:-1]), page]
        for parent, child in pairwise(places):
            child._cached_parent_obj = parent
        return RouteResult(page)
