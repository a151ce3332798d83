"""Topic pages for the topics of a table of contents."""

from wagtail.models import Locale

from kb.import_export.admin_indexes import index_pages
from kb.import_export.toc import Contents, Topic
from kb.import_export.tree import TranslationKeys, add_children
from kb.models import Topic as TopicPage

TITLE_LENGTH = 255


def existing_topics(root: TopicPage) -> dict[str, int]:
    """Ids of the topic pages below ``root`` that an import made, by source key."""
    pages = TopicPage.objects.descendant_of(root).exclude(source_key="")
    return dict(pages.values_list("source_key", "pk"))


def write_topics(contents: Contents, root: TopicPage, locale: Locale) -> dict[str, int]:
    """Create the missing topic pages and rename those whose title changed; ids by source key.

    A topic that somebody edited here keeps the name given to it.
    """
    ids = existing_topics(root)
    _rename(contents, root)
    keys = TranslationKeys(TopicPage, locale)
    missing = [topic for topic in contents.topics.values() if topic.key not in ids]
    while missing:
        level = [topic for topic in missing if topic.parent is None or topic.parent.key in ids]
        pages = [_page(topic, locale, keys) for topic in level]
        parents = [ids[topic.parent.key] if topic.parent else root.pk for topic in level]
        add_children(list(zip(parents, pages, strict=True)))
        index_pages(TopicPage, pages)
        ids |= {page.source_key: page.pk for page in pages}
        missing = [topic for topic in missing if topic.key not in ids]
    return ids


def _page(topic: Topic, locale: Locale, keys: TranslationKeys) -> TopicPage:
    return TopicPage(
        title=topic.title[:TITLE_LENGTH],
        slug=topic.slug,
        locale=locale,
        source_key=topic.key,
        translation_key=keys.key_for(topic.key),
        live=True,
    )


def _rename(contents: Contents, root: TopicPage) -> None:
    untouched = TopicPage.objects.descendant_of(root).filter(latest_revision=None)
    for page in untouched.filter(source_key__in=contents.topics):
        title = contents.topics[page.source_key].title[:TITLE_LENGTH]
        if page.title != title:
            page.title = page.draft_title = title
            page.save()
