"""The one rule of what may be indexed, and who may read it.

Eligible is an article that is live, not expired, in a site's tree, and neither behind a shared
password nor for certain groups only: those pages are found by browsing, never by search
(docs/decisions/0004). It is written twice, as a predicate on Wagtail's own methods and as a
queryset in SQL; a test proves both equal.

Its *effective* visibility is the strictest of its own and the page privacy it inherits: "any
logged-in user" makes it signed-in. An alias has the privacy of its source, as in Wagtail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, reduce
from operator import or_
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Length, Now, Substr
from django.db.models.lookups import Exact
from django.urls import get_script_prefix, reverse
from django.utils import timezone, translation
from wagtail.models import Page, PageViewRestriction, Site

from kb.models import Article, Topic
from kb.visibility import Viewer, Visibility, strictest
from search.indexing.prepared import Prepared
from search.indexing.privacy import Privacy
from search.indexing.terms import ShortTokens

# Root, home page, root topic: the root topic is only a shelf and not named as a subject.
ROOT_TOPIC_DEPTH = 3
TOP_TOPIC_DEPTH = ROOT_TOPIC_DEPTH + 1
# Access that is not one of the three visibilities: totals and facets could not be kept honest.
_NEVER_SEARCHED = frozenset((PageViewRestriction.PASSWORD, PageViewRestriction.GROUPS))


# --- the rule as a question -------------------------------------------------------------------


def is_eligible(article: Page) -> bool:
    """Whether the article may be indexed. One query for its privacy, more for an alias."""
    return (
        isinstance(article, Article)
        and _is_current(article.live, article.expire_at)
        and _is_below(_root_paths(), article.url_path)
        and _NEVER_SEARCHED.isdisjoint(_restriction_kinds(article))
    )


def _is_current(live: bool, expire_at: datetime | None) -> bool:
    return live and (expire_at is None or expire_at > timezone.now())


def _is_below(roots: Iterable[str], url_path: str) -> bool:
    return any(url_path.startswith(root) for root in roots)


def effective_visibility(article: Article) -> Visibility:
    """The strictest of the article's own visibility and the privacy it inherits."""
    return _effective_visibility(article.visibility, _restriction_kinds(article))


def _effective_visibility(own: str, kinds: Iterable[str]) -> Visibility:
    if PageViewRestriction.LOGIN in kinds:
        return strictest(own, Visibility.SIGNED_IN)
    return Visibility(own)


def may_read(article: Article, viewer: Viewer) -> bool:
    """Whether search may show the article to the viewer."""
    return is_eligible(article) and viewer.may_read(effective_visibility(article))


def _restriction_kinds(article: Article) -> set[str]:
    return {restriction.restriction_type for restriction in article.get_view_restrictions()}


def _root_paths() -> list[str]:
    """URL paths of every site's home page and its translations (cached by Wagtail)."""
    return [root.root_path for root in Site.get_site_root_paths()]


# --- the rule as a queryset -------------------------------------------------------------------


def eligible_articles(locale: str | None = None) -> QuerySet[Article]:
    """Every eligible article (of one locale), annotated with ``effective`` visibility.

    Takes one query at once, for the privacy settings.
    """
    return _eligible(Privacy.load(), locale)


def _eligible(privacy: Privacy, locale: str | None = None) -> QuerySet[Article]:
    articles = Article.objects.filter(
        Q(expire_at__isnull=True) | Q(expire_at__gt=timezone.now()),
        _in_a_site(),
        live=True,
    ).annotate(effective=_effective(privacy))
    for kind in _NEVER_SEARCHED:
        if closed := privacy.covered(kind):
            articles = articles.exclude(closed)
    return articles.filter(locale__language_code=locale) if locale else articles


def eligible_counts() -> dict[str, int]:
    """``{locale: eligible articles}``; locales without any are absent. Two queries."""
    return dict(
        eligible_articles()
        .order_by()
        .values_list("locale__language_code")
        .annotate(articles=Count("pk"))
    )


def _in_a_site() -> Q:
    # Compared as cut strings: SQLite's LIKE would not tell /en/ from /EN/.
    roots = [Q(Exact(Substr(F("url_path"), 1, len(r)), Value(r))) for r in _root_paths()]
    return reduce(or_, roots, Q(pk__in=[]))


def _effective(privacy: Privacy) -> Case | F:
    to_signed_in = privacy.covered(PageViewRestriction.LOGIN)
    if not to_signed_in:
        return F("visibility")
    return Case(
        When(to_signed_in & Q(visibility=Visibility.PUBLIC), then=Value(Visibility.SIGNED_IN)),
        default=F("visibility"),
        output_field=CharField(),
    )


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
    tokens: ShortTokens


def readable(article_ids: Iterable[int], viewer: Viewer) -> dict[int, ReadableArticle]:
    """Those of the articles that are eligible and open to the viewer at this moment.

    Two queries (Wagtail's site roots come from its cache). The order is the database's.
    """
    privacy = Privacy.load()
    addresses = _site_addresses()
    roots = [root for root, _ in addresses]
    shown = {}
    for row in map(_Row._make, _ROWS.rows(list(article_ids))):
        kinds = {restriction.kind for restriction in privacy.on(row.path)}
        visibility = _effective_visibility(row.visibility, kinds)
        if (
            _is_below(roots, row.url_path)
            and _NEVER_SEARCHED.isdisjoint(kinds)
            and viewer.may_read(visibility)
        ):
            shown[row.pk] = ReadableArticle(
                id=row.pk,
                locale=row.locale,
                title=row.title,
                short_answer=row.short_answer,
                url=_address(row.url_path, addresses),
                topic=row.topic_title or "",
                verified_on=row.verified_on,
                visibility=visibility,
                tokens=ShortTokens(bytes(row.title_tokens or b""), bytes(row.answer_tokens or b"")),
            )
    return shown


def open_places(paths: Iterable[str], viewer: Viewer) -> set[str]:
    """Those of the tree paths whose pages search may name to the viewer at this moment, as far as
    page privacy goes. One query."""
    privacy = Privacy.load()
    kinds = {path: {restriction.kind for restriction in privacy.on(path)} for path in paths}
    return {
        path
        for path, those in kinds.items()
        if _NEVER_SEARCHED.isdisjoint(those)
        and viewer.may_read(_effective_visibility(Visibility.PUBLIC, those))
    }


class _Row(NamedTuple):
    """What is read of a current article."""

    pk: int
    path: str
    url_path: str
    visibility: str
    locale: str
    title: str
    short_answer: str
    topic_title: str | None
    verified_on: date | None
    title_tokens: bytes | None
    answer_tokens: bytes | None


# Where the columns of a row stand that an article does not have itself.
_ELSEWHERE = {
    "locale": "locale__language_code",
    "title_tokens": "indexed_text__title_tokens",
    "answer_tokens": "indexed_text__summary_tokens",
}


def _rows(article_ids: Sequence[int]) -> QuerySet[Article, Any]:
    columns = [_ELSEWHERE.get(name, name) for name in _Row._fields]
    return (
        Article.objects.order_by()
        .filter(Q(expire_at__isnull=True) | Q(expire_at__gt=Now()), live=True)
        .filter(pk__in=article_ids)
        .annotate(topic_title=_nearest_topic_title())
        .values_list(*columns)
    )


_ROWS = Prepared(_rows)


def _nearest_topic_title() -> Subquery:
    parent_path = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - Page.steplen)
    topics = Topic.objects.filter(path=parent_path, live=True, depth__gt=ROOT_TOPIC_DEPTH)
    return Subquery(topics.order_by().values("title")[:1])


def _site_addresses() -> list[tuple[str, str]]:
    """(URL path, address) of every site's home page and its translations.

    Relative where there is one site, with the host where there are several, as ``Page.get_url``
    does. No query when Wagtail's cache of site roots is warm.
    """
    roots = Site.get_site_root_paths()
    several_sites = len({root.site_id for root in roots}) > 1
    addresses = []
    for root in roots:
        home = _home(root.language_code, get_script_prefix())
        addresses.append((root.root_path, f"{root.root_url}{home}" if several_sites else home))
    return addresses


@cache
def _home(language: str, prefix: str) -> str:
    """The address of a home page, where the server has put the portal below ``prefix``."""
    with translation.override(language):
        return reverse("wagtail_serve", args=("",))


def _address(url_path: str, addresses: Iterable[tuple[str, str]]) -> str:
    for root_path, home in addresses:
        if url_path.startswith(root_path):
            return home + quote(url_path[len(root_path) :])
    return ""
