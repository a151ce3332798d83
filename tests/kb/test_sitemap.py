import re

from wagtail.models import PageViewRestriction

from tests.factories import ArticleFactory, TopicFactory
from tests.kb.factories import restrict


def locations(client) -> list[str]:
    xml = client.get("/sitemap.xml").content.decode()
    return re.findall(r"<loc>http://testserver(.*?)</loc>", xml)


class TestSitemap:
    def test_lists_pages_of_both_languages(self, client, site):
        ArticleFactory(parent=site.topics_en, slug="late")
        assert locations(client) == [
            "/en/",
            "/en/topics/",
            "/ja/",
            "/ja/topics/",
            "/en/topics/late/",
        ]

    def test_leaves_out_what_is_not_for_everybody(self, client, site):
        before = locations(client)
        ArticleFactory(parent=site.topics_en, live=False)
        ArticleFactory(parent=site.topics_en, visibility="signed-in")
        ArticleFactory(parent=site.topics_en, visibility="staff")
        topic = TopicFactory(parent=site.topics_en)
        restrict(topic, PageViewRestriction.LOGIN)
        ArticleFactory(parent=topic)
        assert locations(client) == before

    def test_names_translations(self, client, site):
        article = ArticleFactory(parent=site.topics_en, slug="late")
        ArticleFactory(parent=site.topics_ja, slug="okure", translation_key=article.translation_key)
        xml = client.get("/sitemap.xml").content.decode()
        entry = xml.partition("/en/topics/late/</loc>")[2].partition("</url>")[0]
        assert re.findall(r'hreflang="(\w+)" href="http://testserver(.*?)"', entry) == [
            ("en", "/en/topics/late/"),
            ("ja", "/ja/topics/okure/"),
        ]

    def test_costs_the_same_for_many_articles(self, client, site, django_assert_num_queries):
        ArticleFactory(parent=site.topics_en)
        client.get("/sitemap.xml")
        for _ in range(2):
            with django_assert_num_queries(3):
                client.get("/sitemap.xml")
            ArticleFactory.create_batch(3, parent=site.topics_en)


class TestRobots:
    def test_names_the_sitemap(self, client):
        response = client.get("/robots.txt")
        assert response.headers["Content-Type"].startswith("text/plain")
        assert "Sitemap: http://testserver/sitemap.xml" in response.content.decode()
