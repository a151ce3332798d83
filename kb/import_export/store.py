"""Imported articles as pages: first empty and unpublished, then with their content.

Links need the ids of pages that come later, so every article exists before any is written. One
that an earlier import broke off is known by its empty digest and written by the next.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.blocks import StreamValue
from wagtail.models import COMMENTS_RELATION_NAME, Locale, Page, Revision

from kb.import_export.admin_indexes import index_pages
from kb.import_export.parse import Header, ImportedArticle
from kb.import_export.plan import Task
from kb.import_export.resolve import Resolver
from kb.import_export.tree import TranslationKeys, add_children
from kb.models import Article
from kb.models import Topic as TopicPage
from kb.signals import articles_changed

logger = logging.getLogger(__name__)

# What a new version of an article sets, by the table that keeps it.
PAGE_FIELDS = (
    "title",
    "draft_title",
    "live",
    "has_unpublished_changes",
    "first_published_at",
    "last_published_at",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
)
ARTICLE_FIELDS = (
    "also_asked_as",
    "short_answer",
    "body",
    "product",
    "audience",
    "stage",
    "visibility",
    "verified_on",
    "editor_note",
    "source_digest",
)


def create_articles(
    tasks: Sequence[Task], topic_ids: Mapping[str | None, int], locale: Locale
) -> list[Task]:
    """Empty, unpublished pages for tasks without one, in one transaction; the tasks with ids."""
    missing = [task for task in tasks if task.pk is None]
    keys = TranslationKeys(Article, locale)
    pages = [_empty_page(task.header, locale, keys) for task in missing]
    parents = [topic_ids[task.topic] for task in missing]
    add_children(list(zip(parents, pages, strict=True)))
    ids = {page.source_key: page.pk for page in pages}
    return [replace(task, pk=task.pk or ids[task.header.key]) for task in tasks]


def discard(task: Task) -> None:
    """Take away the empty page of an article that could not be written."""
    if task.new and task.pk is not None:
        Article.objects.get(pk=task.pk).delete()


def _empty_page(header: Header, locale: Locale, keys: TranslationKeys) -> Article:
    stem = PurePosixPath(header.key).stem
    return Article(
        title=header.title,
        slug=slugify(stem, allow_unicode=True) or "article",
        locale=locale,
        translation_key=keys.key_for(header.key),
        source_key=header.key,
        live=False,
        has_unpublished_changes=True,
    )


@dataclass
class ArticleWriter:
    """Writes articles of one locale into the pages made for them."""

    resolver: Resolver
    topic_ids: Mapping[str | None, int]

    @transaction.atomic
    def write(self, batch: Sequence[tuple[Task, ImportedArticle | None]]) -> dict[int, Exception]:
        """Write a batch of articles in one transaction, each in a savepoint of its own.

        None stands for an article whose place alone changed. Returns what went wrong, by page
        id; those pages are as they were before, and new ones are gone.
        """
        pages = Article.objects.in_bulk([task.page_id for task, _article in batch])
        failed: dict[int, Exception] = {}
        for task, article in batch:
            try:
                with transaction.atomic():
                    self._write_one(pages[task.page_id], task, article)
            except Exception as error:  # whatever one page holds, the others are written
                logger.exception("Could not write %s", task.header.source)
                failed[task.page_id] = error
                discard(task)
        written = [page for pk, page in pages.items() if pk not in failed]
        index_pages(Article, written)
        articles_changed.send(sender=Article, article_ids=[page.pk for page in written])
        return failed

    def _write_one(self, page: Article, task: Task, article: ImportedArticle | None) -> None:
        if task.moved:
            page.move(TopicPage.objects.get(pk=self.topic_ids[task.topic]), pos="last-child")
            page.refresh_from_db(fields=["path", "depth", "url_path"])
        page.source_digest = task.digest
        if article is None:
            Article.objects.filter(pk=page.pk).update(source_digest=task.digest)
            return
        self._fill(page, article)
        _set_state(page, hidden=article.header.metadata.hidden, now=timezone.now())
        _set_tags(page, article.header.metadata.tags)
        _save_with_revision(page)

    def _fill(self, page: Article, article: ImportedArticle) -> None:
        found = article.header.metadata
        page.title = page.draft_title = found.title
        page.also_asked_as = "\n".join(found.also_asked_as)
        page.short_answer = found.short_answer
        page.product = found.product
        page.audience = found.audience
        page.stage = found.stage
        page.visibility = found.visibility
        page.verified_on = found.verified_on
        page.editor_note = translation_note(article.header)
        block = Article._meta.get_field("body").stream_block
        page.body = StreamValue(block, self.resolver.body(article.body), is_lazy=True)


def translation_note(header: Header) -> str:
    """What editors should know of a translation, in its language; empty for an original."""
    share = header.metadata.human_translation
    if share is None:
        return ""
    with override(header.locale):
        return _("Translated by people: %(share)s %%. The rest is machine translation.") % {
            "share": share
        }


def _set_state(page: Article, *, hidden: bool, now: datetime) -> None:
    """Published unless the file hides it, or somebody here took it offline."""
    taken_offline = not page.live and page.first_published_at is not None
    page.live = not hidden and not taken_offline
    page.has_unpublished_changes = not page.live
    if page.live:
        page.first_published_at = page.first_published_at or now
        page.last_published_at = now


def _set_tags(page: Article, tags: Sequence[str]) -> None:
    is_new = page.latest_revision_id is None
    if is_new:
        # It has no tags and comments yet: saying so saves asking for them again and again.
        page.tagged_items = []
        setattr(page, COMMENTS_RELATION_NAME, [])
    if tags or not is_new:
        page.tags.set(tags)
        page.tagged_items.commit()


def _save_with_revision(page: Article) -> None:
    """A new revision, live if the page is; without the listeners that ``publish`` sets off."""
    revision = Revision(
        content_object=page,
        base_content_type=page.get_base_content_type(),
        created_at=timezone.now(),
        content=page.serializable_data(),
        object_str=str(page),
    )
    revision.save()
    page.latest_revision = revision
    page.latest_revision_created_at = revision.created_at
    page.live_revision = revision if page.live else None
    page_values = {name: getattr(page, name) for name in PAGE_FIELDS}
    Page.objects.filter(pk=page.pk).update(**page_values)
    article_values = {name: getattr(page, name) for name in ARTICLE_FIELDS}
    Article.objects.filter(pk=page.pk).update(**article_values)
