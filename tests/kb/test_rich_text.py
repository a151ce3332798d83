import json

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from wagtail.rich_text import expand_db_html

from kb.rich_text import linked_page_ids, page_links
from tests.factories import ArticleFactory


def link(article) -> str:
    return f'<a linktype="page" id="{article.pk}">go</a>'


def request():
    request = RequestFactory().get("/", headers={"host": "localhost"})
    request.user = AnonymousUser()
    return request


class TestLinkedPageIds:
    def test_reads_page_links_whatever_the_order_of_attributes(self):
        source = '<a linktype="page" id="3">a</a><a id="14" linktype="page">b</a>'
        assert linked_page_ids(source) == {3, 14}

    def test_reads_rich_text_inside_json(self):
        assert linked_page_ids(json.dumps({"value": '<a id="7" linktype="page">x</a>'})) == {7}

    def test_leaves_other_links_alone(self):
        assert linked_page_ids('<a linktype="document" id="3">a</a><a href="/id=4">b</a>') == set()


class TestPageLinks:
    def test_resolves_every_link_with_the_same_number_of_queries(
        self, site, django_assert_num_queries
    ):
        articles = ArticleFactory.create_batch(3, parent=site.topics_en)
        source = "".join(map(link, articles))
        expand_db_html(source)  # warms Wagtail's cache of site roots
        # articles, page privacy, the site
        with django_assert_num_queries(3), page_links(source, request()):
            html = [expand_db_html(link(article)) for article in articles]
        assert html == [f'<a href="/en/topics/{a.slug}/">go</a>' for a in articles]

    def test_unlinks_what_the_reader_may_not_open(self, site):
        hidden = ArticleFactory(parent=site.topics_en, visibility="staff")
        draft = ArticleFactory(parent=site.topics_en, live=False)
        source = link(hidden) + link(draft)
        with page_links(source, request()):
            assert expand_db_html(source) == "<a>go</a><a>go</a>"

    def test_outside_wagtail_resolves_as_always(self, site):
        article = ArticleFactory(parent=site.topics_en)
        assert expand_db_html(link(article)) == f'<a href="/en/topics/{article.slug}/">go</a>'
