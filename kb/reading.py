"""What one visitor may read: live pages, open to the visitor, as querysets and as a question.

Lists, counts, breadcrumbs and links on pages all ask here. A page behind a shared password is
never listed: only the person at the keyboard knows whether they have the password.
"""

from functools import cached_property, reduce
from operator import or_

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from kb.models import Article, Topic
from kb.visibility import Viewer, Visibility, viewer_of


class Reader:
    """A viewer together with the page privacy settings, which are loaded once."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    @classmethod
    def of(cls, request: HttpRequest) -> "Reader":
        """The reader behind a request, the same one however often a template asks."""
        if not hasattr(request, "_kb_reader"):
            request._kb_reader = cls(viewer_of(request.user))
        return request._kb_reader

    @cached_property
    def closed_paths(self) -> tuple[str, ...]:
        """Tree paths of the subtrees this reader may not enter. One query, two with groups."""
        restrictions = PageViewRestriction.objects.select_related("page").prefetch_related("groups")
        return tuple(r.page.path for r in restrictions if not self._passes(r))

    def _passes(self, restriction: PageViewRestriction) -> bool:
        if restriction.restriction_type == PageViewRestriction.LOGIN:
            return self.viewer.level != Visibility.PUBLIC
        if restriction.restriction_type == PageViewRestriction.GROUPS:
            groups = {group.pk for group in restriction.groups.all()}
            return self.viewer.is_superuser or bool(groups & self.viewer.group_ids)
        return False

    def _open(self) -> Q:
        """Live, not past its expiry, outside every closed subtree."""
        current = Q(live=True) & (Q(expire_at__isnull=True) | Q(expire_at__gt=timezone.now()))
        if not self.closed_paths:
            return current
        return current & ~reduce(or_, (_within(path) for path in self.closed_paths))

    def pages(self) -> QuerySet[Page]:
        """Pages of any type; the visibility of articles is *not* looked at."""
        return Page.objects.filter(self._open())

    def topics(self) -> QuerySet[Topic]:
        """Topics this reader may open, in tree order."""
        return Topic.objects.filter(self._open())

    def articles(self) -> QuerySet[Article]:
        """Articles this reader may read, in tree order."""
        return Article.objects.filter(self._open(), visibility__in=self.viewer.visibilities)

    def may_read(self, page: Page) -> bool:
        """The same rule for one page at hand (a specific instance). No query of its own."""
        if not page.live or (page.expire_at and page.expire_at <= timezone.now()):
            return False
        # An alias has the privacy of its source, as in Wagtail.
        places = [page.path] + ([page.alias_of.path] if page.alias_of_id else [])
        if any(place.startswith(path) for place in places for path in self.closed_paths):
            return False
        return not isinstance(page, Article) or self.viewer.may_read(page.visibility)

    def article_counts(self, parent: Page) -> dict[str, int]:
        """``{path of a child of parent: readable articles in its subtree}``. One query."""
        branch_length = len(parent.path) + Page.steplen
        rows = (
            self.articles()
            .filter(path__startswith=parent.path)
            .order_by()
            .annotate(branch=Substr("path", 1, branch_length))
            .values_list("branch")
            .annotate(articles=Count("pk"))
        )
        return dict(rows)


def _within(path: str) -> Q:
    """Pages at or below ``path``, and aliases of such pages, which have their source's privacy."""
    return Q(path__startswith=path) | Q(alias_of__path__startswith=path)
