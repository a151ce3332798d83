"""What topic, article and frame templates show around the text: lists, trails, translations."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info
from wagtail.blocks import StreamValue
from wagtail.models import Page

from kb.models import Article, Topic
from kb.reading import Reader

ARTICLES_PER_PAGE = 30
RELATED_SHOWN = 4
HOME_DEPTH = 2  # the tree's root has no address
# Fewer headings than this are seen at a glance.
HEADINGS_WORTH_A_LIST = 3


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic in a list; ``articles`` counts those the reader may read, sub-topics included."""

    title: str
    url: str
    summary: str
    icon: str
    articles: int


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the contents list; ``level`` is 2 or 3."""

    text: str
    identifier: str
    level: int


@dataclass(frozen=True, slots=True)
class TranslationLink:
    """The same page in another language; ``name`` is the language in its own words."""

    language: str
    name: str
    url: str


def topics_below(page: Page, request: HttpRequest) -> list[TopicEntry]:
    """The topics one step below ``page`` that hold something for this reader. Two queries."""
    reader = Reader.of(request)
    counts = reader.article_counts(page)
    topics = reader.topics().child_of(page)
    return [
        TopicEntry(t.title, t.get_url(request), t.summary, t.icon, counts[t.path])
        for t in topics
        if counts.get(t.path)
    ]


def main_topics(home: Page, request: HttpRequest) -> list[TopicEntry]:
    """The topics of the home page: those below the root topic, which itself is only a shelf."""
    shelves = Reader.of(request).topics().child_of(home)
    return [entry for shelf in shelves for entry in topics_below(shelf, request)]


def articles_in(topic: Topic, request: HttpRequest) -> PaginatorPage[Article]:
    """One page (``?page=``) of the articles directly in ``topic``; a wrong number is mended."""
    articles = Reader.of(request).articles().child_of(topic).defer_streamfields()
    return Paginator(articles, ARTICLES_PER_PAGE).get_page(request.GET.get("page"))


def trail_to(page: Page, request: HttpRequest) -> list[Page]:
    """The pages above ``page`` from the home page down, as far as this reader may open them.

    No query for a page that was found by its address: its routing remembered the parents.
    """
    reader = Reader.of(request)
    trail: list[Page] = []
    while page.depth > HOME_DEPTH:
        page = page.get_parent()
        trail.append(page)
    return [ancestor for ancestor in reversed(trail) if reader.may_read(ancestor)]


def related_articles(article: Article, request: HttpRequest) -> QuerySet[Article]:
    """Up to four neighbours: articles of the same topic, those with most tags in common first."""
    tags = article.tags.all()
    return (
        Reader.of(request)
        .articles()
        .sibling_of(article, inclusive=False)
        .defer_streamfields()
        .annotate(shared=Count("tagged_items", filter=Q(tagged_items__tag__in=tags)))
        .order_by("-shared", "path")[:RELATED_SHOWN]
    )


def translations_of(page: Page, request: HttpRequest) -> list[TranslationLink]:
    """The page's other languages that this reader may read."""
    if page.pk is None:
        return []
    reader = Reader.of(request)
    kinds = {Article: reader.articles, Topic: reader.topics}
    candidates = kinds.get(type(page), reader.pages)()
    translations = (
        candidates.filter(translation_key=page.translation_key)
        .exclude(pk=page.pk)
        .select_related("locale")
        .defer_streamfields()
    )
    return [_translation_link(translation, request) for translation in translations]


def _translation_link(page: Page, request: HttpRequest) -> TranslationLink:
    code = page.locale.language_code
    return TranslationLink(code, get_language_info(code)["name_local"], page.get_url(request))


def headings_of(body: StreamValue) -> list[Heading]:
    """The contents list of a long article; empty for a short one."""
    headings = [
        Heading(block.value["text"], block.value.identifier, int(block.value["level"][1:]))
        for block in body
        if block.block_type == "heading" and block.value["text"]
    ]
    listed = [heading for heading in headings if heading.level <= 3]
    return listed if len(listed) >= HEADINGS_WORTH_A_LIST else []


def breadcrumb_data(trail: list[Page], page: Page, request: HttpRequest) -> dict[str, object]:
    """The trail as schema.org's BreadcrumbList."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": list(_breadcrumb_items([*trail, page], request)),
    }


def _breadcrumb_items(pages: list[Page], request: HttpRequest) -> Iterator[dict[str, object]]:
    for position, page in enumerate(pages, start=1):
        yield {
            "@type": "ListItem",
            "position": position,
            "name": page.title,
            "item": page.get_full_url(request),
        }


def question_data(article: Article, request: HttpRequest) -> dict[str, object] | None:
    """The article as schema.org's FAQPage with one question; None without a short answer."""
    if not article.short_answer:
        return None
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "url": article.get_full_url(request),
        "inLanguage": get_language(),
        "mainEntity": [
            {
                "@type": "Question",
                "name": article.title,
                "acceptedAnswer": {"@type": "Answer", "text": article.short_answer},
            }
        ],
    }
