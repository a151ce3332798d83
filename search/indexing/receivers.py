"""What changes in the CMS, announced to the outbox.

Articles and topics are watched where their rows are saved, not where somebody presses
"Publish": ``Page.save`` is one transaction, so the announcement commits with the change, and
publishing, unpublishing, expiry, aliases, scripts and imports all pass there. Draft revisions
do not change what readers see and cost nothing. Addresses are computed when results are shown;
a new slug alone needs no indexing.

What bypasses ``save`` (queryset updates, another root page of a site, a renamed tag) is found by
the drift check; what may no longer be read is hidden at once in any case, because results are
checked against the database when they are shown.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction

from home.signals import portal_ready
from kb.models import Article, Topic
from kb.signals import articles_changed, articles_imported
from search.indexing.consumer import Progress
from search.indexing.feeding import bring_up_to_date, ensure_indexes
from search.indexing.models import ArticleText
from search.indexing.outbox import announce, announce_below

# What editing a draft of a live page saves: nothing a reader sees.
_DRAFT_FIELDS = frozenset(
    "draft_title has_unpublished_changes latest_revision latest_revision_created_at "
    "latest_revision_id go_live_at first_published_at owner locked locked_at locked_by".split()
)

# What the articles of a topic carry of it: name, whether it shows, where it stands.
_TOPIC_FIELDS = ("title", "live", "url_path")


@receiver(post_save, sender=Article)
@receiver(post_save, sender=Page)
def announce_article(
    sender: type[Page], instance: Page, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """An article was saved: live ones are announced, and those that were live a moment ago.

    Wagtail's scheduler and moves save articles as plain pages.
    """
    if update_fields is not None and _DRAFT_FIELDS.issuperset(update_fields):
        return
    if not issubclass(instance.specific_class or Page, Article):
        return
    if instance.live or ArticleText.objects.filter(pk=instance.pk).exists():
        announce([instance.pk])


@receiver(pre_save, sender=Topic)
@receiver(pre_save, sender=Page)
def announce_articles_of_topic(
    sender: type[Page], instance: Page, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """A topic gets another title, place or state: its articles carry its name and its facet."""
    if instance.pk is None or issubclass(instance.specific_class or Page, Article):
        return
    saved = [name for name in _TOPIC_FIELDS if update_fields is None or name in update_fields]
    before = saved and Page.objects.filter(pk=instance.pk).values(*saved).first()
    if before and any(getattr(instance, name) != value for name, value in before.items()):
        announce_below(instance.path)


@receiver(pre_delete, sender=Article)
def announce_deletion(sender: type[Article], instance: Article, **kwargs: Any) -> None:
    """An article is about to be deleted, alone or with its topic."""
    announce([instance.pk])


@receiver(post_save, sender=PageViewRestriction)
@receiver(pre_delete, sender=PageViewRestriction)
def announce_restricted(
    sender: type[PageViewRestriction], instance: PageViewRestriction, **kwargs: Any
) -> None:
    """Page privacy was set, changed or lifted: it counts for the whole subtree and its aliases."""
    pages = Page.objects.filter(pk=instance.page_id) | Page.objects.filter(
        alias_of=instance.page_id
    )
    for path in pages.values_list("path", flat=True):
        announce_below(path)


@receiver(articles_changed)
def announce_changed(sender: object, article_ids: Iterable[int], **kwargs: Any) -> None:
    """Whoever writes articles past ``Page.save`` names them, inside the same transaction."""
    announce(article_ids)


@receiver(portal_ready)
def prepare_indexes(sender: object, **kwargs: Any) -> None:
    """A portal was put in place: its indexes exist from the start, empty or not."""
    ensure_indexes()


@receiver(articles_imported)
def index_imported(sender: object, progress: Progress | None = None, **kwargs: Any) -> None:
    """An import is done and committed: it ends when everything is searchable."""
    bring_up_to_date(progress)
