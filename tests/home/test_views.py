import pytest

from tests.factories import ArticleFactory, TopicFactory, UserFactory
from tests.pages import html_of


class TestChooseLanguage:
    @pytest.mark.parametrize(
        ("accepted", "address"),
        [("ja,en;q=0.5", "/ja/"), ("en-GB", "/en/"), ("fr", "/en/"), ("", "/en/")],
    )
    def test_follows_the_browser(self, client, accepted, address):
        response = client.get("/", headers={"accept-language": accepted})
        assert (response.status_code, response.url) == (302, address)
        assert "Accept-Language" in response.headers["Vary"]

    def test_refuses_other_methods(self, client):
        assert client.post("/").status_code == 405


class TestHealthz:
    def test_answers_when_alive(self, client, db):
        response = client.get("/healthz")
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


class TestHomePage:
    def test_has_the_question_box_and_topics_with_counts(self, client, site):
        topic = TopicFactory(parent=site.topics_en, title="Orders")
        ArticleFactory.create_batch(2, parent=topic)
        ArticleFactory(parent=topic, visibility="staff")
        html = html_of(client.get("/en/"))
        assert '<form class="question-box__form" action="/en/search/" method="get">' in html
        assert "2 articles" in html

    def test_leaves_out_topics_without_anything_to_read(self, client, site):
        ArticleFactory(
            parent=TopicFactory(parent=site.topics_en, title="For staff"), visibility="staff"
        )
        assert "For staff" not in html_of(client.get("/en/"))

    def test_speaks_japanese(self, client, site):
        html = html_of(client.get("/ja/"))
        assert '<html lang="ja">' in html
        assert 'action="/ja/search/"' in html

    def test_costs_the_same_for_one_and_three_topics(self, client, site, django_assert_num_queries):
        ArticleFactory(parent=TopicFactory(parent=site.topics_en))
        client.get("/en/")
        for _ in range(2):
            with django_assert_num_queries(10):
                client.get("/en/")
            for _ in range(2):
                ArticleFactory(parent=TopicFactory(parent=site.topics_en))

    def test_policy_allows_no_inline_code(self, client, site):
        response = client.get("/en/")
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        html = html_of(response)
        assert " style=" not in html
        assert " onclick=" not in html


class TestContactView:
    def test_shows_the_ways_to_reach_people(self, client, site, settings):
        settings.ANNAI_CONTACT_EMAIL = "help@tea.example"
        settings.ANNAI_CONTACT_URL = "https://tea.example/contact"
        html = html_of(client.get("/en/contact/"))
        assert 'href="mailto:help@tea.example" data-contact' in html
        assert 'href="https://tea.example/contact" data-contact' in html

    def test_admits_that_there_is_none(self, client, site, settings):
        settings.ANNAI_CONTACT_EMAIL = settings.ANNAI_CONTACT_URL = ""
        html = html_of(client.get("/en/contact/"))
        assert "This site has no contact address yet." in html

    def test_refuses_other_methods(self, client, site):
        assert client.post("/en/contact/").status_code == 405


class TestLoginView:
    def sign_in(self, client, password="right", **data):  # noqa: S107 - a test's
        return client.post("/en/login/", {"username": "kim", "password": password, **data})

    @pytest.fixture(autouse=True)
    def kim(self, site):
        user = UserFactory(username="kim")
        user.set_password("right")
        user.save()
        return user

    def test_leads_back_to_the_page_asked_for(self, client):
        assert self.sign_in(client, next="/en/topics/").url == "/en/topics/"

    def test_without_one_leads_home(self, client):
        assert self.sign_in(client).url == "/en/"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"]
    )
    def test_never_leads_elsewhere(self, client, elsewhere):
        assert self.sign_in(client, next=elsewhere).url == "/en/"

    def test_wrong_password_says_so(self, client):
        response = self.sign_in(client, "wrong")
        assert response.status_code == 200
        assert 'role="alert"' in html_of(response)

    def test_japanese_pages_sign_in_in_japanese(self, client):
        response = client.get("/en/login/", {"next": "/ja/topics/"})
        assert response.url == "/ja/login/?next=%2Fja%2Ftopics%2F"

    def test_guessing_is_stopped(self, client):
        statuses = [self.sign_in(client, "wrong").status_code for _ in range(11)]
        assert statuses == [200] * 10 + [429]
        assert self.sign_in(client, "right").status_code == 429

    def test_every_way_to_write_the_account_is_one(self, client):
        names = ["kim", " KIM", "ｋｉｍ", "Kim "] * 3
        answers = [client.post("/en/login/", {"username": n, "password": "x"}) for n in names]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2

    def test_the_admins_own_form_is_no_way_round(self, client):
        wrong = {"username": "kim", "password": "wrong"}
        answers = [client.post("/admin/login/", wrong).status_code for _ in range(11)]
        assert answers == [200] * 10 + [429]
        assert self.sign_in(client).status_code == 429
        assert client.get("/admin/login/").status_code == 200

    def test_signed_in_reader_without_the_right_sees_why(self, client, kim):
        client.force_login(kim)
        html = html_of(client.get("/en/login/", {"next": "/en/topics/"}))
        assert "this account may not read the page" in html


class TestLogoutView:
    def test_leads_home(self, client, site):
        client.force_login(UserFactory())
        response = client.post("/ja/logout/")
        assert response.url == "/ja/"
        assert "_auth_user_id" not in client.session

    def test_takes_no_links(self, client, site):
        assert client.get("/en/logout/").status_code == 405


class TestNotFound:
    def test_suggests_searching_the_words_of_the_address(self, client, site):
        response = client.get("/en/topics/lost-parcel/")
        assert response.status_code == 404
        assert 'name="q" value="lost parcel"' in html_of(response)

    def test_escapes_the_address(self, client, site):
        response = client.get("/en/%22%3E%3Cscript%3E/")
        assert response.status_code == 404
        assert "<script>" not in html_of(response)

    @pytest.mark.parametrize("path", ["/en/%00/", "/ja/%F0%9F%8D%B5/", "/en/" + "x" * 2000 + "/"])
    def test_stands_strange_addresses(self, client, site, path):
        assert client.get(path).status_code == 404


class TestServerError:
    def test_page_needs_nothing(self, client, site, broken_contact_page):
        client.raise_request_exception = False
        html = html_of(client.get("/en/contact/"))
        assert "Something went wrong" in html
        assert 'lang="ja"' in html


@pytest.fixture
def broken_contact_page(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("home.views.ContactView.get_context_data", fail)


class TestRenditions:
    def test_serves_renditions_only(self, client, db):
        response = client.get("/media/images/../secret-key")
        assert response.status_code == 400
        assert client.get("/media/original_images/x.png").status_code == 404
