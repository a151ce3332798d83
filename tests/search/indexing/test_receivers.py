"""Changes in the CMS reach the index, whoever makes them and however."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, PageViewRestriction

from kb.models import Article, Topic
from kb.signals import articles_changed, articles_imported
from search.engines.base import EngineQuery, Facet, Field, Term
from search.indexing.consumer import drain
from search.indexing.models import OutboxEntry
from search.indexing.rebuild import rebuild_index
from search.indexing.receivers import announce_article
from tests.factories import ArticleFactory, TopicFactory, paragraph
from tests.search.indexing.factories import found, restrict


@pytest.fixture
def tea(site, engine):
    """An article that is indexed; what made it is forgotten."""
    topic = TopicFactory(parent=site.topics_en, title="Drinks")
    article = ArticleFactory(parent=topic, title="Tea", body=paragraph("<p>Hot water.</p>"))
    rebuild_index(engine)
    OutboxEntry.objects.all().delete()
    return Article.objects.get(pk=article.pk)


def announced():
    return sorted(set(OutboxEntry.objects.values_list("article_id", flat=True)))


class TestDrafts:
    def test_a_draft_revision_of_a_live_article_announces_nothing(self, tea):
        tea.title = "Green tea"
        tea.save_revision()
        assert announced() == []

    def test_costs_no_query(self, tea, django_assert_num_queries):
        article = Article.objects.get(pk=tea.pk)
        article.latest_revision_created_at = timezone.now()
        with django_assert_num_queries(0):
            announce_article(Article, article, {"draft_title", "latest_revision"})

    def test_a_draft_that_never_was_live_announces_nothing(self, tea):
        article = ArticleFactory(parent=tea.get_parent().specific, live=False)
        article.save_revision()
        article.title = "Still a draft"
        article.save()
        assert announced() == []


class TestPublishing:
    def test_publish(self, tea, engine):
        tea.title = "Coffee"
        tea.save_revision().publish()
        assert announced() == [tea.pk]
        drain(engine)
        assert (found(engine, "tea"), found(engine, "coffe")) == ([], [tea.pk])

    def test_unpublish(self, tea, engine):
        tea.unpublish()
        assert announced() == [tea.pk]
        drain(engine)
        assert found(engine, "tea") == []

    def test_tags_come_with_it(self, tea, engine):
        tea.tags.add("oolong")
        tea.save_revision().publish()
        drain(engine)
        assert found(engine, "oolong", field=Field.LABELS) == [tea.pk]

    def test_expiry_by_the_scheduler(self, tea, engine):
        Article.objects.filter(pk=tea.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
        call_command("publish_scheduled")
        assert announced() == [tea.pk]

    def test_scheduled_publishing(self, tea, engine):
        tea.title = "Coffee"
        tea.go_live_at = timezone.now() - timedelta(seconds=1)
        tea.save_revision(approved_go_live_at=tea.go_live_at)
        assert announced() == []
        call_command("publish_scheduled")
        drain(engine)
        assert found(engine, "coffe") == [tea.pk]

    def test_alias(self, tea, site, engine):
        alias = tea.copy_for_translation(site.ja.locale, copy_parents=True, alias=True)
        drain(engine)
        assert found(engine, "tea", locale="ja") == [alias.pk]
        tea.title = "Coffee"
        tea.save_revision().publish()
        drain(engine)
        assert found(engine, "coffe", locale="ja") == [alias.pk]


class TestDeleting:
    def test_an_article(self, tea, engine):
        tea.delete()
        drain(engine)
        assert found(engine, "tea") == []

    def test_a_topic_with_its_articles(self, tea, engine):
        tea.get_parent().delete()
        assert announced() == [tea.pk]
        drain(engine)
        assert found(engine, "tea") == []


class TestMoving:
    def test_an_article(self, tea, site, engine):
        target = TopicFactory(parent=site.topics_en, title="Pantry")
        tea.move(Topic.objects.get(pk=target.pk), pos="last-child")
        drain(engine)
        assert found(engine, "pantri", field=Field.LABELS) == [tea.pk]
        assert found(engine, "drink", field=Field.LABELS) == []

    def test_a_topic(self, tea, site, engine):
        target = TopicFactory(parent=site.topics_en, title="Pantry")
        Page.objects.get(pk=tea.get_parent().pk).move(
            Topic.objects.get(pk=target.pk), pos="last-child"
        )
        assert announced() == [tea.pk]
        drain(engine)
        assert found(engine, "pantri", field=Field.LABELS) == [tea.pk]

    def test_out_of_the_site(self, tea, site, engine):
        elsewhere = Page.objects.get(depth=1).add_child(
            instance=Page(title="Attic", slug="attic", locale=site.en.locale)
        )
        tea.get_parent().move(elsewhere, pos="last-child")
        drain(engine)
        assert found(engine, "tea") == []


class TestTopics:
    def test_a_new_title(self, tea, engine):
        topic = tea.get_parent().specific
        topic.title = "Beverages"
        topic.save_revision()
        assert announced() == []
        topic.save_revision().publish()
        assert announced() == [tea.pk]
        drain(engine)
        assert found(engine, "beverag", field=Field.LABELS) == [tea.pk]

    def test_another_summary_is_nobodys_business(self, tea):
        topic = tea.get_parent().specific
        topic.summary = "Hot and cold"
        topic.save_revision().publish()
        assert announced() == []

    def test_unpublished_alone_it_leaves_its_articles_their_own_way(self, tea, engine):
        topic = tea.get_parent()
        topic.specific.unpublish()
        assert announced() == [tea.pk]
        drain(engine)
        assert found(engine, "tea") == [tea.pk]
        assert found(engine, "drink", field=Field.LABELS) == []

    def test_unpublished_with_its_subtree(self, tea, engine, admin_user):
        UnpublishPageAction(
            tea.get_parent().specific, user=admin_user, include_descendants=True
        ).execute()
        drain(engine)
        assert found(engine, "tea") == []


class TestPrivacy:
    def test_set_and_lifted_on_a_topic(self, tea, engine):
        restriction = restrict(tea.get_parent(), PageViewRestriction.LOGIN)
        drain(engine)
        assert found(engine, "tea") == []
        assert found(engine, "tea", visibilities=("signed-in",)) == [tea.pk]
        restriction.delete()
        drain(engine)
        assert found(engine, "tea") == [tea.pk]

    def test_made_stricter(self, tea, engine):
        restriction = restrict(tea.get_parent(), PageViewRestriction.LOGIN)
        restriction.restriction_type = PageViewRestriction.GROUPS
        restriction.save()
        restriction.groups.add(Group.objects.create(name="Partners"))
        drain(engine)
        assert found(engine, "tea", visibilities=("public", "signed-in", "staff")) == []

    def test_by_password(self, tea, engine):
        restrict(tea.get_parent(), PageViewRestriction.PASSWORD)
        drain(engine)
        assert found(engine, "tea", visibilities=("public", "signed-in", "staff")) == []

    def test_of_the_source_counts_for_its_aliases(self, tea, site, engine):
        alias = tea.copy_for_translation(site.ja.locale, copy_parents=True, alias=True)
        drain(engine)
        assert found(engine, "tea", locale="ja") == [alias.pk]
        restrict(tea, PageViewRestriction.LOGIN)
        drain(engine)
        assert found(engine, "tea", locale="ja") == []


class TestImports:
    def test_named_articles_are_announced(self, tea):
        articles_changed.send(sender=object(), article_ids=[tea.pk])
        assert announced() == [tea.pk]

    def test_ends_when_everything_is_searchable(self, tea, engine):
        Article.objects.filter(pk=tea.pk).update(title="Coffee")
        articles_changed.send(sender=object(), article_ids=[tea.pk])
        seen = []
        articles_imported.send(
            sender=object(),
            article_ids=[tea.pk],
            progress=lambda done, total: seen.append((done, total)),
        )
        assert found(engine, "coffe") == [tea.pk]
        assert seen == [(1, 1)]


def test_facets_follow_a_save(tea, engine):
    tea.product = "Kettle"
    tea.save()
    drain(engine)
    query = EngineQuery(
        Term(Field.TITLE, "tea"), "en", ("public",), filters={Facet.PRODUCT: ("Kettle",)}
    )
    assert [hit.id for hit in engine.search(query).hits] == [str(tea.pk)]
