import re
from urllib.parse import quote

import pytest

from kb.models import Article
from search.engines.base import EngineUnavailable
from search.log.models import SearchEvent
from search.query import tokens
from tests.factories import ArticleFactory, UserFactory, paragraph, staff_reader
from tests.pages import html_of
from tests.portal import create_portal, index_everything

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
STRANGE = [
    "",
    '"',
    "((",
    "AND",
    "\0",
    "🍵",
    "ｆｕｌｌ　ｗｉｄｔｈ",
    "\u202eabc",
    "x" * 10_000,
    "的" * 10_000,
]

WRONG_PARAMETERS = [
    ("page", "-1"),
    ("page", "abc"),
    ("page", "99999"),
    ("topic", "x"),
    ("stage", "never"),
]


@pytest.fixture
def portal(site, settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "index"
    return create_portal(site)


def no_engine(monkeypatch, function):
    def fail(request):
        raise EngineUnavailable("broken on purpose")

    monkeypatch.setattr(f"search.views.{function}", fail)


class TestSuggestView:
    def suggest(self, client, question, locale="en", **parameters):
        return client.get(f"/{locale}/search/suggest", {"q": question, **parameters})

    def test_answers_in_the_promised_form(self, client, portal):
        body = self.suggest(client, "parcel la", seq=7).json()
        token = tokens.read(body.pop("query_id"))
        assert (token.locale, token.total, token.no_answer) == ("en", body["total"], False)
        assert body.pop("took_ms") > 0
        first, *_rest = body.pop("suggestions")
        assert first == {
            "kind": "answer",
            "id": str(portal.late.pk),
            "title": "My parcel is late",
            "title_highlight": [[3, 9], [13, 15]],
            "url": "/en/topics/orders/late/",
            "topic": "Orders",
            "answer": "Wait two days, then report the late parcel in your order.",
        }
        assert body == {
            "q": "parcel la",
            "seq": 7,
            "engine": "embedded",
            "degraded": False,
            "total": body["total"],
            "no_answer": False,
            "did_you_mean": None,
        }

    def test_offers_a_correction_while_typing(self, client, portal):
        body = self.suggest(client, "parcle late").json()
        assert body["did_you_mean"]["text"] == "parcel late"
        assert body["did_you_mean"]["total"] > 0

    def test_refuses_a_list_that_is_none(self, client, portal):
        response = client.get("/en/search/suggest", {"q": "parcel", "shown": "1;drop"})
        assert response.status_code == 400

    def test_counts_offsets_as_browsers_do(self, client, portal):
        ArticleFactory(parent=portal.orders, title="🍵 teapot", body=paragraph("<p>x</p>"))
        index_everything()
        (row,) = self.suggest(client, "teapot").json()["suggestions"]
        assert row["title_highlight"] == [[3, 9]]

    def test_nothing_found_says_so(self, client, portal):
        body = self.suggest(client, "zzzzzz").json()
        assert (body["no_answer"], body["total"], body["suggestions"]) == (True, 0, [])

    @pytest.mark.parametrize("locale", ["en", "ja"])
    def test_stands_any_question(self, client, portal, locale):
        for question in STRANGE:
            response = self.suggest(client, question, locale)
            assert response.status_code == 200, question[:20]
            assert isinstance(response.json()["suggestions"], list)

    def test_names_what_is_wrong_with_parameters(self, client, portal):
        response = self.suggest(client, "x", seq="-1")
        assert response.status_code == 400
        assert list(response.json()["errors"]) == ["seq"]

    def test_unknown_language_is_not_found(self, client, portal):
        response = client.get("/fr/search/suggest", {"q": "x"}, follow=True)
        assert response.status_code == 404

    def test_refuses_other_methods(self, client, portal):
        assert client.post("/en/search/suggest").status_code == 405

    def titles(self, client, question):
        return {row["title"] for row in self.suggest(client, question).json()["suggestions"]}

    def test_shows_each_reader_only_what_is_theirs(self, client, portal):
        public = {"My parcel is late", "Track a parcel"}
        assert self.titles(client, "parcel") == public
        client.force_login(UserFactory())
        assert self.titles(client, "parcel") == public
        client.force_login(staff_reader())
        assert self.titles(client, "parcel") == public | {"Lost parcel procedure"}

    def test_what_is_unpublished_is_gone_at_once(self, client, portal):
        Article.objects.get(pk=portal.late.pk).unpublish()
        assert self.titles(client, "parcel") == {"Track a parcel"}

    def test_answers_to_signed_in_readers_are_not_kept(self, client, portal):
        assert self.suggest(client, "x").headers["Cache-Control"] == "private, no-cache"
        client.force_login(UserFactory())
        assert self.suggest(client, "x").headers["Cache-Control"] == "private, no-store"

    def test_costs_at_most_two_queries(self, client, portal, django_assert_max_num_queries):
        self.suggest(client, "parcel")
        with django_assert_max_num_queries(2):
            self.suggest(client, "parcel")

    def test_without_an_engine_stays_honest(self, client, portal, monkeypatch):
        no_engine(monkeypatch, "suggest")
        body = self.suggest(client, "parcel").json()
        assert (body["degraded"], body["no_answer"], body["query_id"]) == (True, False, "")

    def test_floods_are_stopped(self, client, portal, settings):
        settings.ANNAI_SUGGEST_RATE = "2/m"
        statuses = [self.suggest(client, "x").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


class TestResultsView:
    def search(self, client, question=None, locale="en", **parameters):
        query = {} if question is None else {"q": question}
        return client.get(f"/{locale}/search/", {**query, **parameters}, headers=BROWSER)

    def titles(self, response) -> list[str]:
        html = html_of(response)
        found = re.findall(r'class="result__title">\s*<a[^>]*>(.*?)</a>', html, re.DOTALL)
        return [re.sub(r"</?mark>", "", title).strip() for title in found]

    def test_shows_results_with_what_matches_marked(self, client, portal):
        response = self.search(client, "late parcel")
        html = html_of(response)
        assert self.titles(response)[0] == "My parcel is late"
        assert "My <mark>parcel</mark> is <mark>late</mark>" in html
        assert '<time datetime="2026-09-15">' in html
        assert re.search(rf'data-result="{portal.late.pk}"\s+data-position="1"', html)

    def test_shows_the_short_answer_where_it_fits(self, client, portal):
        html = html_of(self.search(client, "late parcel"))
        assert f'data-answer="{portal.late.pk}"' in html

    def test_speaks_japanese(self, client, portal):
        response = self.search(client, "返品", "ja")
        assert self.titles(response) == ["返品の方法"]

    def test_language_switch_keeps_the_question(self, client, portal):
        html = html_of(self.search(client, "返品", topic="5"))
        assert f'href="/ja/search/?q={quote("返品")}"' in html

    def test_without_a_question_shows_the_box_and_topics(self, client, portal):
        for question in (None, "", "   "):
            html = html_of(self.search(client, question))
            assert 'id="question-page"' in html
            assert "Orders</a>" in html
        assert SearchEvent.objects.count() == 0

    def test_nothing_found_is_an_honest_page(self, client, portal):
        html = html_of(self.search(client, "zzzzzz"))
        assert "We have no answer for “zzzzzz” yet" in html
        assert 'href="/en/contact/"' in html
        assert "Orders</a>" in html

    def test_says_that_nothing_holds_what_is_quoted(self, client, portal):
        said = "Nothing holds the quoted words"
        assert said in html_of(self.search(client, '"parcel track"'))
        assert said not in html_of(self.search(client, '"late parcel"'))

    def test_escapes_the_question(self, client, portal):
        html = html_of(self.search(client, "<script>alert(1)</script>"))
        assert "<script>alert" not in html

    def test_topic_narrows_and_can_be_taken_away(self, client, portal):
        response = self.search(client, "your", topic=portal.account.pk)
        assert self.titles(response) == ["Reset your password"]
        html = html_of(response)
        assert 'href="?q=your" aria-current="true"' in html

    def test_names_what_is_wrong_with_the_address(self, client, portal):
        for name, value in WRONG_PARAMETERS:
            response = self.search(client, "parcel", **{name: value})
            assert response.status_code == 400, (name, value)
            assert "This address asks for something that does not exist" in html_of(response)

    def test_unknown_topic_has_no_results(self, client, portal):
        response = self.search(client, "parcel", topic=99999)
        assert response.status_code == 200
        html = html_of(response)
        assert "Search without filters" in html
        assert "With these filters, nothing fits “parcel”" in html
        assert "has been noted" not in html  # narrowing is no question of its own
        assert "has been noted" in html_of(self.search(client, "xylophone"))

    def test_stands_any_question(self, client, portal):
        for question in STRANGE:
            assert self.search(client, question).status_code == 200, question[:20]

    def test_pages_follow_one_another(self, client, portal, settings):
        settings.SEARCH_RESULTS_PER_PAGE = 2
        ArticleFactory.create_batch(3, parent=portal.orders, title="Parcel news")
        index_everything()
        first, second = self.search(client, "parcel"), self.search(client, "parcel", page=2)
        assert 'rel="next" href="?q=parcel&amp;page=2"' in html_of(first)
        assert not set(re.findall(r'data-result="(\d+)"', html_of(first))) & set(
            re.findall(r'result__title">\s*<a[^>]*data-result="(\d+)"', html_of(second))
        )
        assert 'data-position="3"' in html_of(second)

    def test_shows_each_reader_only_what_is_theirs(self, client, portal):
        public = {"My parcel is late", "Track a parcel"}
        assert set(self.titles(self.search(client, "parcel"))) == public
        client.force_login(staff_reader())
        response = self.search(client, "parcel")
        assert set(self.titles(response)) == public | {"Lost parcel procedure"}
        assert response.headers["Cache-Control"] == "private, no-store"

    def test_records_a_search_once(self, client, portal):
        html = html_of(self.search(client, "late parcel"))
        event = SearchEvent.objects.get()
        assert (event.text, event.application, event.provisional) == (
            "late parcel",
            "primary-search",
            True,
        )
        assert f'data-event-id="{event.pk}"' in html
        self.search(client, "late parcel", stage="after")
        assert SearchEvent.objects.count() == 1

    def test_costs_at_most_seven_queries_beside_the_record(
        self, client, portal, django_assert_max_num_queries
    ):
        self.search(client, "parcel")
        with django_assert_max_num_queries(7):
            self.search(client, "parcel", stage="after")

    def test_without_an_engine_offers_the_topics(self, client, portal, monkeypatch):
        no_engine(monkeypatch, "search")
        html = html_of(self.search(client, "parcel"))
        assert "Search is being repaired" in html
        assert "Orders</a>" in html
        assert SearchEvent.objects.count() == 0

    def test_floods_are_stopped(self, client, portal, settings):
        settings.ANNAI_SEARCH_RATE = "1/m"
        statuses = [self.search(client, "x").status_code for _ in range(2)]
        assert statuses == [200, 429]
