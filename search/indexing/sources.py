"""Articles as plain values: everything of them that goes into an index document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import DatabaseError
from wagtail.models import Page

from kb.models import Article, ArticleTag, Topic
from search.indexing.eligibility import ROOT_TOPIC_DEPTH, TOP_TOPIC_DEPTH, eligible_articles
from search.indexing.plain_text import body_text
from search.indexing.terms import Failure, Texts, digest_of


@dataclass(frozen=True, slots=True)
class ArticleSource:
    """One article. ``labels``: tags, topics above it, product, audience; ``topic_ids``: pages;
    ``top_topic_id``: the highest of these below the root topic."""

    id: int
    visibility: str
    texts: Texts
    labels: tuple[str, ...] = ()
    topic_ids: tuple[str, ...] = ()
    top_topic_id: str = ""
    product: str = ""
    audience: str = ""
    stage: str = ""
    verified_on: str = ""  # ISO date

    @property
    def digest(self) -> str:
        """Hash of all that an index holds of the article."""
        return digest_of(
            self.texts.digest,
            self.visibility,
            self.labels,
            self.topic_ids,
            self.top_topic_id,
            self.product,
            self.audience,
            self.stage,
            self.verified_on,
        )


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found of the articles asked for; those in neither mapping are not eligible."""

    found: Mapping[int, ArticleSource] = field(default_factory=dict)
    failed: Mapping[int, Failure] = field(default_factory=dict)


def load_sources(article_ids: Iterable[int]) -> Sources:
    """The eligible ones of the articles, in three queries."""
    articles = list(eligible_articles().filter(pk__in=list(article_ids)).select_related("locale"))
    topics = _topics_above(articles)
    tags = _tags_of(articles)
    found: dict[int, ArticleSource] = {}
    failed: dict[int, Failure] = {}
    for article in articles:
        try:
            found[article.pk] = _source(article, topics, tags.get(article.pk, ()))
        except DatabaseError:
            raise
        except Exception as error:  # a broken body is one article's trouble, not the index's
            failed[article.pk] = Failure(f"{type(error).__name__}: {error}")
    return Sources(found, failed)


def _source(article: Article, topics: Mapping[str, Topic], tags: Iterable[str]) -> ArticleSource:
    above = [topics[path] for path in _paths_above(article) if path in topics]
    subjects = [topic.title for topic in above if topic.depth > ROOT_TOPIC_DEPTH]
    labels = (*tags, *subjects, article.product, article.audience)
    body = body_text(article.body.raw_data)
    return ArticleSource(
        id=article.pk,
        visibility=article.effective,
        texts=Texts(
            locale=article.locale.language_code,
            title=article.title,
            questions=article.question_phrases,
            summary=article.short_answer,
            headings=body.headings,
            body=body.text,
        ),
        labels=tuple(label for label in labels if label),
        topic_ids=tuple(str(topic.pk) for topic in above),
        top_topic_id=next((str(t.pk) for t in above if t.depth == TOP_TOPIC_DEPTH), ""),
        product=article.product,
        audience=article.audience,
        stage=article.stage,
        verified_on=article.verified_on.isoformat() if article.verified_on else "",
    )


def _paths_above(article: Article) -> list[str]:
    step = Page.steplen
    return [article.path[:end] for end in range(step, len(article.path), step)]


def _topics_above(articles: Iterable[Article]) -> dict[str, Topic]:
    """The live topics above the articles, by tree path; a draft's name is nobody's business."""
    paths = {path for article in articles for path in _paths_above(article)}
    topics = Topic.objects.filter(path__in=paths, live=True).only("path", "depth", "title")
    return {topic.path: topic for topic in topics}


def _tags_of(articles: Iterable[Article]) -> dict[int, list[str]]:
    rows = (
        ArticleTag.objects.filter(content_object__in=[article.pk for article in articles])
        .order_by("tag__name")
        .values_list("content_object_id", "tag__name")
    )
    tags: dict[int, list[str]] = {}
    for article_id, name in rows:
        tags.setdefault(article_id, []).append(name)
    return tags
