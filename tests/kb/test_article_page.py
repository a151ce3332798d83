import json
import re
from datetime import date

import pytest
from wagtail.models import PageViewRestriction

from tests.factories import ArticleFactory, TopicFactory, UserFactory, paragraph, staff_reader
from tests.kb.factories import heading, restrict
from tests.pages import html_of


@pytest.fixture
def topic(site):
    return TopicFactory(parent=site.topics_en, title="Orders", slug="orders")


def page_of(client, article, **kwargs):
    return client.get(article.get_url(), **kwargs)


def text_of(client, article) -> str:
    response = page_of(client, article)
    assert response.status_code == 200
    return html_of(response)


def json_ld(html: str) -> list[dict]:
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(script) for script in scripts]


class TestArticlePage:
    def test_shows_what_an_article_has(self, client, topic):
        article = ArticleFactory(
            parent=topic,
            title="My parcel is late",
            short_answer="Wait two days.",
            body=paragraph("<p>Then <b>report</b> it.</p>"),
            product="Shop",
            audience="Customers",
            verified_on=date(2026, 9, 15),
        )
        html = text_of(client, article)
        assert '<h1 class="article__title">My parcel is late</h1>' in html
        assert '<p class="short-answer__text">Wait two days.</p>' in html
        assert "<p>Then <b>report</b> it.</p>" in html
        assert "Shop · Customers" in html
        assert '<time datetime="2026-09-15">' in html

    def test_bare_draft_previews_without_any_optional_part(self, client, topic, rf):
        article = ArticleFactory(parent=topic, live=False)
        request = rf.get("/", headers={"host": "localhost"})
        request.user = UserFactory(is_superuser=True)
        response = article.make_preview_request(original_request=request)
        assert response.status_code == 200
        assert "canonical" not in response.rendered_content

    def test_escapes_whatever_stands_in_the_title(self, client, topic):
        article = ArticleFactory(
            parent=topic, title="</script><script>alert(1)</script>", short_answer="</script>x"
        )
        html = text_of(client, article)
        assert "<script>alert" not in html
        assert [data["@type"] for data in json_ld(html)] == ["BreadcrumbList", "FAQPage"]

    def test_trail_leads_home(self, client, topic):
        breadcrumb, *_rest = json_ld(text_of(client, ArticleFactory(parent=topic, title="Late")))
        names = [item["name"] for item in breadcrumb["itemListElement"]]
        assert names == ["Help", "Topics", "Orders", "Late"]

    def test_names_its_translation(self, client, site, topic):
        article = ArticleFactory(parent=topic, slug="late")
        ArticleFactory(parent=site.topics_ja, slug="okure", translation_key=article.translation_key)
        html = text_of(client, article)
        assert (
            '<link rel="alternate" hreflang="ja" href="http://testserver/ja/topics/okure/">' in html
        )
        assert '<a class="tool" href="/ja/topics/okure/" lang="ja" hreflang="ja">日本語</a>' in html

    def test_without_a_translation_the_switch_leads_home(self, client, topic):
        html = text_of(client, ArticleFactory(parent=topic))
        assert '<a class="tool" href="/ja/" lang="ja" hreflang="ja">日本語</a>' in html
        assert 'hreflang="en"' not in html

    def test_draft_translation_stays_unnamed(self, client, site, topic):
        article = ArticleFactory(parent=topic)
        ArticleFactory(
            parent=site.topics_ja,
            slug="secret",
            translation_key=article.translation_key,
            live=False,
        )
        assert "secret" not in text_of(client, article)

    def test_related_are_neighbours_with_common_tags_first(self, client, topic):
        article = ArticleFactory(parent=topic, title="This")
        plain = ArticleFactory(parent=topic, title="Plain")
        tagged = ArticleFactory(parent=topic, title="Tagged")
        ArticleFactory(parent=topic, title="Staff only", visibility="staff")
        for one in (article, tagged):
            one.tags.add("delay")
            one.save()
        response = page_of(client, article)
        related = html_of(response).partition('class="related"')[2]
        assert re.findall(r"<li><a[^>]*>(.*?)</a></li>", related) == ["Tagged", "Plain"]
        assert [plain.title, tagged.title] == ["Plain", "Tagged"]

    def test_contents_list_only_on_long_articles(self, client, topic):
        short = ArticleFactory(parent=topic, body=[heading("One"), heading("Two")])
        long = ArticleFactory(
            parent=topic,
            body=[heading("One"), heading("二つ目", "h3"), heading("Three", anchor="c")],
        )
        assert 'class="contents"' not in text_of(client, short)
        assert re.findall(r'contents__item--(\d)"><a href="#(.*?)"', text_of(client, long)) == [
            ("2", "one"),
            ("3", "二つ目"),
            ("2", "c"),
        ]

    def test_costs_at_most_twelve_queries(self, client, site, topic, django_assert_max_num_queries):
        others = ArticleFactory.create_batch(3, parent=topic)
        links = "".join(f'<p><a linktype="page" id="{o.pk}">x</a></p>' for o in others)
        article = ArticleFactory(
            parent=topic,
            short_answer="Short.",
            body=[
                *paragraph(links),
                heading("One"),
                *paragraph(links),
                heading("Two"),
                heading("Three"),
            ],
        )
        article.tags.add("a", "b", "c")
        article.save()
        ArticleFactory(parent=site.topics_ja, translation_key=article.translation_key)
        page_of(client, article)  # warms Wagtail's cache of site roots
        with django_assert_max_num_queries(12):
            page_of(client, article)


class TestAccess:
    def test_anonymous_reader_is_asked_to_sign_in(self, client, topic):
        article = ArticleFactory(parent=topic, visibility="signed-in")
        response = page_of(client, article)
        assert response.status_code == 302
        assert response.url == f"/en/login/?next={article.get_url()}"

    def test_signed_in_reader_reads_it_uncached(self, client, topic):
        client.force_login(UserFactory())
        response = page_of(client, ArticleFactory(parent=topic, visibility="signed-in"))
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Signed-in readers" in html_of(response)

    def test_staff_article_is_refused_to_readers(self, client, topic):
        article = ArticleFactory(parent=topic, visibility="staff", title="Secret procedure")
        client.force_login(UserFactory())
        response = page_of(client, article)
        assert response.status_code == 403
        assert "Secret procedure" not in html_of(response)

    def test_staff_article_opens_for_colleagues(self, client, topic):
        client.force_login(staff_reader())
        assert page_of(client, ArticleFactory(parent=topic, visibility="staff")).status_code == 200

    def test_page_privacy_sends_to_the_sign_in_page(self, client, topic):
        restrict(topic, PageViewRestriction.LOGIN)
        article = ArticleFactory(parent=topic)
        response = page_of(client, article)
        assert response.url == f"/en/login/?next={article.get_url()}"

    def test_draft_is_not_found(self, client, topic):
        assert page_of(client, ArticleFactory(parent=topic, live=False)).status_code == 404
