from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from kb.models import Article
from kb.reading import Reader
from kb.visibility import ANONYMOUS, viewer_of
from tests.factories import ArticleFactory, TopicFactory, UserFactory, staff_reader
from tests.kb.factories import restrict

KINDS = PageViewRestriction


@pytest.fixture
def library(site):
    """One article of every kind, by name."""
    agents = Group.objects.create(name="Agents of this test")
    top = site.topics_en
    articles = {
        "public": ArticleFactory(parent=top),
        "signed-in": ArticleFactory(parent=top, visibility="signed-in"),
        "staff": ArticleFactory(parent=top, visibility="staff"),
        "draft": ArticleFactory(parent=top, live=False),
        "expired": ArticleFactory(parent=top, expire_at=timezone.now() - timedelta(minutes=1)),
        "not yet expired": ArticleFactory(
            parent=top, expire_at=timezone.now() + timedelta(minutes=1)
        ),
    }
    for name, kind, groups in (
        ("below login", KINDS.LOGIN, ()),
        ("below group", KINDS.GROUPS, (agents,)),
        ("below password", KINDS.PASSWORD, ()),
    ):
        topic = TopicFactory(parent=top)
        restrict(topic, kind, *groups)
        articles[name] = ArticleFactory(parent=TopicFactory(parent=topic))
    alias_topic = TopicFactory(parent=top)
    articles["alias of below group"] = articles["below group"].create_alias(parent=alias_topic)
    return articles


PUBLIC = {"public", "not yet expired"}
SIGNED_IN = PUBLIC | {"signed-in", "below login"}


def people():
    member = UserFactory(username="member")
    member.groups.add(Group.objects.get(name="Agents of this test"))
    return {
        "anonymous": (AnonymousUser(), PUBLIC),
        "reader": (UserFactory(username="reader"), SIGNED_IN),
        "member": (member, SIGNED_IN | {"below group", "alias of below group"}),
        "staff": (staff_reader(username="staff"), SIGNED_IN | {"staff"}),
        "superuser": (
            UserFactory(username="root", is_superuser=True),
            SIGNED_IN | {"staff", "below group", "alias of below group"},
        ),
    }


class TestReader:
    @pytest.mark.parametrize("person", ["anonymous", "reader", "member", "staff", "superuser"])
    def test_lists_exactly_what_the_person_may_read(self, library, person):
        user, expected = people()[person]
        names = {article.pk: name for name, article in library.items()}
        readable = Reader(viewer_of(user)).articles().values_list("pk", flat=True)
        assert {names[pk] for pk in readable} == expected

    @pytest.mark.parametrize("person", ["anonymous", "reader", "member", "staff", "superuser"])
    def test_predicate_says_the_same_as_the_list(self, library, person):
        user, expected = people()[person]
        reader = Reader(viewer_of(user))
        fresh = {name: Article.objects.get(pk=a.pk) for name, a in library.items()}
        assert {name for name, article in fresh.items() if reader.may_read(article)} == expected

    def test_topics_behind_a_restriction_are_closed(self, library):
        closed = Reader(ANONYMOUS).topics()
        assert (
            closed.filter(pk=Page.objects.get(pk=library["below login"].pk).get_parent().pk).count()
            == 0
        )

    def test_counts_what_lies_below_each_child(self, site, library):
        counts = Reader(ANONYMOUS).article_counts(site.topics_en)
        assert counts == {library["public"].path: 1, library["not yet expired"].path: 1}

    def test_counts_sub_topics_under_their_topic(self, site):
        topic = TopicFactory(parent=site.topics_en)
        ArticleFactory(parent=topic)
        ArticleFactory(parent=TopicFactory(parent=topic))
        assert Reader(ANONYMOUS).article_counts(site.topics_en) == {topic.path: 2}

    def test_without_restrictions_a_list_costs_two_queries(self, site, django_assert_num_queries):
        ArticleFactory.create_batch(3, parent=site.topics_en)
        with django_assert_num_queries(2):
            list(Reader(ANONYMOUS).articles())
