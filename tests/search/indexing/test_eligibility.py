"""One rule, twice written: both agree over a corpus that has both sides."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site

from kb.models import Article
from kb.visibility import ANONYMOUS, Viewer, Visibility, viewer_of
from search.indexing.eligibility import (
    effective_visibility,
    eligible_articles,
    eligible_counts,
    is_eligible,
    may_read,
    readable,
)
from tests.factories import ArticleFactory, TopicFactory, UserFactory, staff_reader
from tests.search.indexing.factories import restrict

LOGIN, GROUPS, PASSWORD = (
    PageViewRestriction.LOGIN,
    PageViewRestriction.GROUPS,
    PageViewRestriction.PASSWORD,
)


@pytest.fixture
def group():
    return Group.objects.create(name="Partners")


@pytest.fixture
def corpus(site, group):
    """Articles by name: every way of being eligible or not."""
    now = timezone.now()
    top = site.topics_en

    def article(name, parent=top, **kwargs):
        return ArticleFactory(parent=parent, title=name, **kwargs)

    login_topic, group_topic, password_topic, open_topic = (
        TopicFactory(parent=top, title=name) for name in ("login", "group", "password", "open")
    )
    nested = TopicFactory(parent=login_topic)
    outside = Page.objects.get(depth=1).add_child(
        instance=Page(title="Elsewhere", slug="EN", locale=site.en.locale)
    )
    articles = {
        "public": article("public"),
        "japanese": article("japanese", site.topics_ja),
        "signed-in": article("signed-in", visibility="signed-in"),
        "staff": article("staff", visibility="staff"),
        "draft": article("draft", live=False),
        "expired": article("expired", expire_at=now - timedelta(seconds=5)),
        "expires later": article("expires later", expire_at=now + timedelta(hours=1)),
        "outside": article("outside", outside),
        "under login": article("under login", nested),
        "staff under login": article("staff under login", nested, visibility="staff"),
        "under group": article("under group", group_topic),
        "under password": article("under password", password_topic),
        "own password": article("own password", open_topic),
        "own group": article("own group", open_topic, visibility="signed-in"),
        "marked public": article("marked public", open_topic),
    }
    articles["alias of group"] = articles["own group"].copy_for_translation(
        site.ja.locale, copy_parents=True, alias=True
    )
    restrict(login_topic, LOGIN)
    restrict(group_topic, GROUPS, group)
    restrict(password_topic, PASSWORD)
    restrict(articles["own password"], PASSWORD)
    restrict(articles["own group"], GROUPS, group)
    restrict(articles["marked public"], PageViewRestriction.NONE)
    return {name: Article.objects.get(pk=article.pk) for name, article in articles.items()}


NOT_ELIGIBLE = {
    "draft",
    "expired",
    "outside",
    "under password",
    "own password",
    "under group",
    "own group",
    "alias of group",
}
EFFECTIVE = {
    "public": Visibility.PUBLIC,
    "japanese": Visibility.PUBLIC,
    "signed-in": Visibility.SIGNED_IN,
    "staff": Visibility.STAFF,
    "expires later": Visibility.PUBLIC,
    "under login": Visibility.SIGNED_IN,
    "staff under login": Visibility.STAFF,
    "marked public": Visibility.PUBLIC,
}


def named(corpus, ids):
    names = {article.pk: name for name, article in corpus.items()}
    return {names[pk] for pk in ids}


def test_predicate_and_queryset_agree(corpus):
    by_predicate = {name for name, article in corpus.items() if is_eligible(article)}
    by_queryset = named(corpus, eligible_articles().values_list("pk", flat=True))
    assert by_predicate == by_queryset == corpus.keys() - NOT_ELIGIBLE == EFFECTIVE.keys()


def test_effective_visibility_agrees(corpus):
    by_function = {name: effective_visibility(corpus[name]) for name in EFFECTIVE}
    rows = eligible_articles().values_list("pk", "effective")
    names = {article.pk: name for name, article in corpus.items()}
    assert by_function == {names[pk]: visibility for pk, visibility in rows} == EFFECTIVE


def test_other_pages_are_not_eligible(site):
    assert not is_eligible(site.topics_en)


def test_eligible_articles_of_one_locale(corpus):
    japanese = eligible_articles("ja").values_list("pk", flat=True)
    assert named(corpus, japanese) == {"japanese"}
    assert eligible_counts() == {"en": len(EFFECTIVE) - 1, "ja": 1}


def test_eligible_articles_is_two_queries(corpus, django_assert_num_queries):
    Site.get_site_root_paths()
    with django_assert_num_queries(2):
        list(eligible_articles())


def viewers(group):
    member = staff_reader()
    member.groups.add(group)
    return {
        "anonymous": ANONYMOUS,
        "reader": viewer_of(UserFactory()),
        "staff": viewer_of(staff_reader()),
        "staff member of the group": viewer_of(type(member).objects.get(pk=member.pk)),
        "superuser": viewer_of(UserFactory(is_superuser=True)),
    }


READABLE = {
    "anonymous": {"public", "japanese", "expires later", "marked public"},
}
READABLE["reader"] = READABLE["anonymous"] | {"signed-in", "under login"}
READABLE["staff"] = READABLE["reader"] | {"staff", "staff under login"}
READABLE["staff member of the group"] = READABLE["superuser"] = READABLE["staff"]


@pytest.mark.parametrize("who", READABLE)
def test_readable_and_may_read_agree(corpus, group, who):
    viewer = viewers(group)[who]
    shown = readable([article.pk for article in corpus.values()], viewer)
    by_predicate = {name for name, article in corpus.items() if may_read(article, viewer)}
    assert named(corpus, shown) == by_predicate == READABLE[who]


class TestReadable:
    def test_is_two_queries_however_many(self, corpus, django_assert_num_queries):
        Site.get_site_root_paths()
        ids = [article.pk for article in corpus.values()]
        for count in (1, len(ids)):
            with django_assert_num_queries(2):
                readable(ids[:count], ANONYMOUS)
        viewer = Viewer(Visibility.STAFF, frozenset({1}))
        with django_assert_num_queries(2):
            readable(ids, viewer)

    def test_gives_what_results_show(self, site):
        topic = TopicFactory(parent=site.topics_en, title="Orders")
        article = ArticleFactory(
            parent=topic,
            title="Track my order",
            slug="track",
            short_answer="Under Orders.",
            verified_on="2026-11-01",
        )
        [shown] = readable([article.pk], ANONYMOUS).values()
        assert (shown.title, shown.short_answer, shown.topic) == (
            "Track my order",
            "Under Orders.",
            "Orders",
        )
        assert shown.url == article.get_url() == f"/en/topics/{topic.slug}/track/"
        assert shown.verified_on.isoformat() == "2026-11-01"
        assert (shown.locale, shown.visibility) == ("en", "public")

    @pytest.mark.parametrize("state", [{"live": False}, {"parent_is_root": True}])
    def test_names_no_topic_where_there_is_none_to_show(self, site, state):
        topic = site.topics_en
        if "live" in state:
            topic = TopicFactory(parent=site.topics_en, title="Secret plans", live=False)
        article = ArticleFactory(parent=topic)
        assert readable([article.pk], ANONYMOUS)[article.pk].topic == ""

    def test_takes_effect_at_once(self, site):
        article = ArticleFactory(parent=site.topics_en)
        assert readable([article.pk], viewer_of(AnonymousUser()))
        restrict(site.topics_en, LOGIN)
        assert not readable([article.pk], viewer_of(AnonymousUser()))


class TestAddress:
    @pytest.mark.parametrize("slug", ["plain", "日本語の-見出し"])
    def test_is_what_wagtail_gives(self, site, slug):
        for locale in ("en", "ja"):
            article = ArticleFactory(parent=site.topics(locale), slug=slug)
            assert readable([article.pk], ANONYMOUS)[article.pk].url == article.get_url()

    def test_names_the_host_where_there_are_several_sites(self, site):
        elsewhere = Page.objects.get(depth=1).add_child(
            instance=Page(title="Shop", slug="shop", locale=site.en.locale)
        )
        Site.objects.create(hostname="shop.example", root_page=elsewhere)
        article = ArticleFactory(parent=site.topics_en)
        url = readable([article.pk], ANONYMOUS)[article.pk].url
        assert url == article.get_url()
        assert url.startswith("http://localhost/en/")
