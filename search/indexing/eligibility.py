"""The one rule of what may be indexed, and who may read it.

Eligible is an article that is live, not expired, in a site's tree and not behind a shared
password (only the person at the keyboard knows whether they have it, so such pages are never
searchable). It is written twice, as a predicate on Wagtail's own methods and as a queryset in
SQL; a test proves both equal.

Its *effective* visibility is the strictest of its own and the page privacy it inherits: "any
logged-in user" makes it signed-in, "users in groups" makes it staff, with the groups checked
again by ``readable`` and ``may_read``. An alias has the privacy of its source, as in Wagtail.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import (
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Length, Substr
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page, PageViewRestriction, Site

from kb.models import Article, Topic
from kb.visibility import Viewer, Visibility, strictest

# Root, home page, root topic: the root topic is only a shelf and not named as a subject.
ROOT_TOPIC_DEPTH = 3
# Aliases of aliases: Wagtail follows them to the end; each language adds one step at most.
_ALIAS_STEPS = 4

_INHERITED = {
    PageViewRestriction.LOGIN: Visibility.SIGNED_IN,
    PageViewRestriction.GROUPS: Visibility.STAFF,
    PageViewRestriction.PASSWORD: Visibility.STAFF,
}


# --- the rule as a question -------------------------------------------------------------------


def is_eligible(article: Page) -> bool:
    """Whether the article may be indexed. One query, four for an alias."""
    return (
        isinstance(article, Article)
        and article.live
        and (article.expire_at is None or article.expire_at > timezone.now())
        and any(article.url_path.startswith(root) for root in _root_paths())
        and PageViewRestriction.PASSWORD not in _restriction_types(article)
    )


def effective_visibility(article: Article) -> Visibility:
    """The strictest of the article's own visibility and the privacy it inherits."""
    inherited = (_INHERITED[kind] for kind in _restriction_types(article) if kind in _INHERITED)
    return strictest(article.visibility, *inherited)


def may_read(article: Article, viewer: Viewer) -> bool:
    """Whether search may show the article to the viewer: eligible, visibility, groups."""
    if not is_eligible(article) or not viewer.may_read(effective_visibility(article)):
        return False
    restrictions = article.get_view_restrictions().prefetch_related("groups")
    return viewer.is_superuser or all(
        viewer.group_ids & {group.pk for group in restriction.groups.all()}
        for restriction in restrictions
        if restriction.restriction_type == PageViewRestriction.GROUPS
    )


def _restriction_types(article: Article) -> set[str]:
    return {restriction.restriction_type for restriction in article.get_view_restrictions()}


def _root_paths() -> list[str]:
    """URL paths of every site's home page and its translations (cached by Wagtail)."""
    return [root.root_path for root in Site.get_site_root_paths()]


# --- the rule as a queryset -------------------------------------------------------------------


def eligible_articles(locale: str | None = None) -> QuerySet[Article]:
    """Every eligible article (of one locale), annotated with ``effective`` visibility."""
    articles = Article.objects.filter(
        Q(expire_at__isnull=True) | Q(expire_at__gt=timezone.now()),
        _in_a_site(),
        ~_restricted(PageViewRestriction.PASSWORD),
        live=True,
    ).annotate(effective=_effective())
    return articles.filter(locale__language_code=locale) if locale else articles


def eligible_counts() -> dict[str, int]:
    """``{locale: eligible articles}``. One query; locales without any are absent."""
    counts: dict[str, int] = {}
    for code in eligible_articles().values_list("locale__language_code", flat=True):
        counts[code] = counts.get(code, 0) + 1
    return counts


def _in_a_site() -> Q:
    # Compared as cut strings: SQLite's LIKE would not tell /en/ from /EN/.
    roots = [Q(Exact(Substr(F("url_path"), 1, len(r)), Value(r))) for r in _root_paths()]
    return reduce(or_, roots, Q(pk__in=[]))


def _effective() -> Case:
    staff, signed_in = Visibility.STAFF.value, Visibility.SIGNED_IN.value
    return Case(
        When(Q(visibility=staff) | _restricted(PageViewRestriction.GROUPS), then=Value(staff)),
        When(
            Q(visibility=signed_in) | _restricted(PageViewRestriction.LOGIN), then=Value(signed_in)
        ),
        default=Value(Visibility.PUBLIC.value),
        output_field=CharField(),
    )


def _restricted(kind: str) -> Q:
    """Articles that a restriction of this kind covers, on the page, above it or by its source."""
    return reduce(or_, (Q(Exists(found)) for found in _restrictions(kind)))


def _restrictions(kind: str) -> Iterator[QuerySet[PageViewRestriction]]:
    """Restrictions of one kind that cover the article of the outer query, by alias steps.

    A tree path starts with the paths of all ancestors; restrictions are a handful of rows.
    """
    restrictions = PageViewRestriction.objects.filter(restriction_type=kind).alias(
        article_path=ExpressionWrapper(OuterRef("path"), output_field=CharField())
    )
    # A restriction of an alias itself does not count: Wagtail asks its source instead.
    real = restrictions.filter(page__alias_of__isnull=True)
    for steps in range(_ALIAS_STEPS):
        yield real.filter(article_path__startswith=F("page__" + "aliases__" * steps + "path"))


# --- what a viewer may see now ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadableArticle:
    """What results show of an article. ``topic``: the nearest topic's title, may be empty."""

    id: int
    locale: str
    title: str
    short_answer: str
    url: str
    topic: str
    verified_on: date | None
    visibility: str
    product: str
    audience: str
    stage: str


def readable(article_ids: Iterable[int], viewer: Viewer) -> dict[int, ReadableArticle]:
    """Those of the articles that are eligible and open to the viewer at this moment.

    One query (Wagtail's site roots come from the cache). The order is the database's.
    """
    articles = eligible_articles().filter(
        pk__in=list(article_ids), effective__in=viewer.visibilities
    )
    if viewer.level == Visibility.STAFF and not viewer.is_superuser:
        for restrictions in _restrictions(PageViewRestriction.GROUPS):
            foreign = restrictions.exclude(groups__in=viewer.group_ids)
            articles = articles.filter(~Exists(foreign))
    rows = articles.annotate(topic_title=_nearest_topic_title()).values_list(
        "pk",
        "locale__language_code",
        "title",
        "short_answer",
        "url_path",
        "topic_title",
        "verified_on",
        "effective",
        "product",
        "audience",
        "stage",
    )
    return {
        pk: ReadableArticle(pk, locale, title, answer, page_url(url_path), topic or "", *rest)
        for pk, locale, title, answer, url_path, topic, *rest in rows
    }


def _nearest_topic_title() -> Subquery:
    parent_path = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - Page.steplen)
    topics = Topic.objects.filter(path=parent_path, live=True, depth__gt=ROOT_TOPIC_DEPTH)
    return Subquery(topics.values("title")[:1])


def page_url(url_path: str) -> str:
    """The address of a page by its ``url_path``, as ``Page.get_url()`` gives it.

    Relative where there is one site, with the host where there are several; empty outside every
    site. No query when Wagtail's cache of site roots is warm.
    """
    roots = Site.get_site_root_paths()
    for root in roots:
        if url_path.startswith(root.root_path):
            with translation.override(root.language_code):
                path = reverse("wagtail_serve", args=(url_path[len(root.root_path) :],))
            several_sites = len({other.site_id for other in roots}) > 1
            return f"{root.root_url}{path}" if several_sites else path
    return ""
