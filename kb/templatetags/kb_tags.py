"""Tags of the topic and article pages; the work is done in ``kb.listing``."""

import json
from datetime import date

from django import template
from django.core.paginator import Page as PaginatorPage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.template.context import RequestContext
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.blocks import StreamValue
from wagtail.models import Page

from kb import listing
from kb.blocks import CalloutKind
from kb.models import Article, Topic
from kb.reading import Reader
from kb.rich_text import page_links

register = template.Library()

# What could end the script element or begin a comment, as JSON escapes.
SCRIPT_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@register.simple_tag(takes_context=True)
def topics_below(context: RequestContext, page: Page) -> list[listing.TopicEntry]:
    """Topics one step below ``page``."""
    return listing.topics_below(page, context["request"])


@register.simple_tag(takes_context=True)
def main_topics(context: RequestContext, home: Page) -> list[listing.TopicEntry]:
    """Topics of the home page."""
    return listing.main_topics(home, context["request"])


@register.simple_tag(takes_context=True)
def articles_in(context: RequestContext, topic: Topic) -> PaginatorPage[Article]:
    """The asked-for page of a topic's articles."""
    return listing.articles_in(topic, context["request"])


@register.simple_tag(takes_context=True)
def trail_to(context: RequestContext, page: Page) -> list[Page]:
    """Pages above ``page``, home first."""
    return listing.trail_to(page, context["request"])


@register.simple_tag(takes_context=True)
def related_articles(context: RequestContext, article: Article) -> QuerySet[Article]:
    """Neighbours worth reading next."""
    return listing.related_articles(article, context["request"])


@register.simple_tag
def headings_of(body: StreamValue) -> list[listing.Heading]:
    """Entries of the contents list."""
    return listing.headings_of(body)


@register.simple_tag(takes_context=True)
def article_body(context: RequestContext, article: Article) -> str:
    """The body, its page links resolved together."""
    raw = json.dumps(list(article.body.raw_data), ensure_ascii=False, cls=DjangoJSONEncoder)
    with page_links(raw, context["request"]):
        return article.body.render_as_block(context.flatten())


@register.simple_tag(takes_context=True)
def may_read(context: RequestContext, page: Page | None) -> bool:
    """Whether the reader may follow a link to ``page``."""
    return page is not None and Reader.of(context["request"]).may_read(page)


@register.simple_tag(takes_context=True)
def sees_staff_notes(context: RequestContext) -> bool:
    """Whether the reader is one of the colleagues internal notes are for."""
    return context["request"].user.has_perm("kb.read_staff_articles")


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: RequestContext, trail: list[Page], page: Page) -> SafeString:
    """The breadcrumb as JSON-LD."""
    return _json_ld(listing.breadcrumb_data(trail, page, context["request"]))


@register.simple_tag(takes_context=True)
def question_data(context: RequestContext, article: Article) -> SafeString:
    """The question and its short answer as JSON-LD; empty without a short answer."""
    data = listing.question_data(article, context["request"])
    return _json_ld(data) if data else SafeString("")


@register.filter
def callout_label(kind: str) -> str:
    """The heading of a callout, in the reader's language."""
    return CalloutKind(kind or CalloutKind.NOTE).label


@register.filter
def as_date(text: str) -> date | None:
    """A date from its ISO form; None when there is none."""
    return parse_date(text) if text else None


def _json_ld(data: dict[str, object]) -> SafeString:
    text = json.dumps(data, ensure_ascii=False).translate(SCRIPT_ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308 - nothing that could end the element is left
    )
