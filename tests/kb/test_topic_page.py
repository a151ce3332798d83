import re

from wagtail.models import PageViewRestriction

from kb.listing import ARTICLES_PER_PAGE
from tests.factories import ArticleFactory, TopicFactory, UserFactory
from tests.kb.factories import restrict
from tests.pages import html_of


def titles(response) -> list[str]:
    html = html_of(response)
    return re.findall(r'article-list__title"><a[^>]*>(.*?)</a>', html)


class TestTopicPage:
    def test_lists_sub_topics_with_counts_and_articles(self, client, site):
        topic = TopicFactory(parent=site.topics_en, title="Orders", summary="All about orders")
        ArticleFactory.create_batch(2, parent=TopicFactory(parent=topic, title="Delays"))
        ArticleFactory(parent=topic, title="Track")
        response = client.get(topic.get_url())
        html = html_of(response)
        assert "All about orders" in html
        assert re.search(r"Delays</a></h3>.*?2 articles", html, re.DOTALL)
        assert titles(response) == ["Track"]

    def test_shows_nothing_of_what_the_reader_may_not_read(self, client, site):
        ArticleFactory(parent=site.topics_en, title="Open")
        ArticleFactory(parent=site.topics_en, title="Signed in", visibility="signed-in")
        ArticleFactory(parent=site.topics_en, title="Draft", live=False)
        secret = TopicFactory(parent=site.topics_en, title="Secret topic")
        restrict(secret, PageViewRestriction.LOGIN)
        ArticleFactory(parent=secret)
        response = client.get(site.topics_en.get_url())
        assert titles(response) == ["Open"]
        assert "Secret topic" not in html_of(response)
        client.force_login(UserFactory())
        response = client.get(site.topics_en.get_url())
        assert titles(response) == ["Open", "Signed in"]
        assert "Secret topic" in html_of(response)

    def test_empty_topic_says_so(self, client, site):
        html = html_of(client.get(site.topics_en.get_url()))
        assert "Nothing has been published under this topic yet." in html

    def test_long_lists_have_pages(self, client, site):
        ArticleFactory.create_batch(ARTICLES_PER_PAGE + 1, parent=site.topics_en)
        address = site.topics_en.get_url()
        assert len(titles(client.get(address))) == ARTICLES_PER_PAGE
        assert len(titles(client.get(address, {"page": 2}))) == 1

    def test_wrong_page_numbers_show_a_page(self, client, site):
        ArticleFactory.create_batch(ARTICLES_PER_PAGE + 1, parent=site.topics_en)
        address = site.topics_en.get_url()
        assert len(titles(client.get(address, {"page": "abc"}))) == ARTICLES_PER_PAGE
        assert len(titles(client.get(address, {"page": "-1"}))) == 1

    def test_costs_the_same_for_one_and_three_of_each(
        self, client, site, django_assert_num_queries
    ):
        address = site.topics_en.get_url()
        for _ in range(2):
            ArticleFactory(parent=site.topics_en)
            ArticleFactory(parent=TopicFactory(parent=site.topics_en))
            client.get(address)
            with django_assert_num_queries(13):
                client.get(address)
