"""The report "Why these results" in the admin."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.roles import establish_roles
from kb.models import Article
from kb.visibility import Visibility
from search import engines
from search.engines.base import EngineUnavailable
from search.indexing.embedding_job import embed_waiting
from search.indexing.feeding import feed_indexes
from search.query.absence import Absence
from search.query.clause_groups import ClauseGroup
from search.query.explain import Verdict
from search.query.rank import Contributions
from search.tuning.explain_words import ABSENCES, CONTRIBUTIONS, GROUPS, VERDICTS
from search.tuning.models import Calibration, Synonym
from tests.factories import TopicFactory, UserFactory
from tests.pages import html_of
from tests.search.tuning.factories import PromotionFactory, colleague, sign_in

EXPLAIN = reverse("search_tuning:explain")


@pytest.fixture
def roles(site):
    establish_roles([site.en, site.ja])


@pytest.fixture
def with_meaning(articles):
    """The articles and their vectors."""
    while embed_waiting():
        pass
    feed_indexes(wait=True)
    return articles


def member(role):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def editor(client, roles):
    return sign_in(client, member("Editors"))


def ask(client, q, locale="en", article=None):
    data = {"q": q, "locale": locale}
    return client.get(EXPLAIN, data | ({"article": article} if article else {}))


def page_of(client, q, locale="en", article=None):
    response = ask(client, q, locale, article)
    assert response.status_code == 200
    return html_of(response)


def form_errors(response):
    return dict(response.context["form"].errors)


class TestWords:
    """Whatever there may be to say has a sentence."""

    def test_contributions(self):
        assert set(Contributions._fields) <= set(CONTRIBUTIONS)

    @pytest.mark.parametrize(
        ("kind", "sentences"),
        [(ClauseGroup, GROUPS), (Absence, ABSENCES), (Verdict, VERDICTS)],
    )
    def test_closed_lists(self, kind, sentences):
        assert set(kind) == set(sentences)


class TestPage:
    def test_nothing_asked_yet(self, editor):
        response = editor.get(EXPLAIN)
        assert "As a reader would type it." in html_of(response)
        assert "explanation" not in response.context
        assert not response.context["form"].is_bound

    def test_results_with_their_reasons(self, editor, articles):
        page = page_of(editor, "redeem voucher kettle")
        assert "1 article is found" in page
        assert ">Redeem a voucher</a>" in page
        assert "100%</span> <span> It holds words of the question." in page
        assert "Words in the title:" in page
        assert '<span class="explain-word" lang="en">voucher</span>' in page
        assert "Only words count here" in page
        assert "No article holds these words" in page
        missing = page.partition("Not in this article:")[2].partition("</p>")[0]
        assert ">kettle</span>" in missing
        assert ">voucher</span>" not in missing

    def test_reasons_by_meaning(self, editor, with_meaning):
        page = page_of(editor, "where to get a coupon or voucher")
        assert (
            "Of the articles compared, a passage of it comes near the question in meaning." in page
        )
        assert "One passage alone holds much of what was asked." in page
        assert "as readers see it in the results" in page
        assert "Each <mark>voucher</mark> works once." in page
        assert "Only words count here" not in page

    @pytest.mark.parametrize(
        ("threshold", "sentence"),
        [
            (5.0, "Readers are told that there is no answer yet: what was found says too"),
            (0.1, "It counts as answered: what was found says enough of the question."),
        ],
    )
    def test_the_decision_and_its_figures(self, editor, with_meaning, threshold, sentence):
        Calibration.objects.create(
            locale="en", evidence=threshold, cosine=5.0, words=0.0, basis="x", documents=9
        )
        page = page_of(editor, "when does a voucher work")
        assert sentence in page
        assert f"on this site a question counts as answered from {threshold:.2f} on" in page

    def test_kana_and_how_it_was_read(self, editor, articles):
        assert "Read as “領収書”" in page_of(editor, "りょうしゅうしょ", "ja")
        assert "Read as" not in page_of(editor, "領収書", "ja")

    def test_nothing_found(self, editor, articles):
        page = page_of(editor, "xylophone")
        assert "no answer yet: nothing was found" in page
        assert "explain-result" not in page

    def test_an_empty_question(self, editor, articles):
        response = ask(editor, "  ")
        assert set(form_errors(response)) == {"q"}
        assert "explanation" not in response.context

    def test_a_language_there_is_not(self, editor, articles):
        assert set(form_errors(ask(editor, "voucher", locale="xx"))) == {"locale"}

    def test_search_is_out(self, editor, articles, monkeypatch):
        def out(query):
            raise EngineUnavailable("down")

        monkeypatch.setattr(engines.embedded(), "search", out)
        page = page_of(editor, "voucher")
        assert "Search does not answer now." in page
        assert "Is it answered?" not in page

    def test_a_long_question(self, editor, articles):
        page = page_of(editor, "voucher. " + " ".join(f"word{n}" for n in range(100)))
        assert "only its first 64 different words" in page
        assert ">Redeem a voucher</a>" in page

    def test_a_japanese_question(self, editor, articles):
        page = page_of(editor, "領収書の発行", locale="ja")
        assert 'lang="ja" target="_blank" rel="noopener">領収書の発行</a>' in page
        assert "The question is its title" in page
        assert '<span class="explain-word" lang="ja">発行</span>' in page

    def test_in_japanese(self, editor, articles):
        editor.cookies["django_language"] = "ja"
        page = page_of(editor, "redeem voucher")
        assert "Words in the title" not in page
        assert "タイトルにある語" in page

    def test_what_was_typed_is_no_markup(self, editor, articles):
        page = page_of(editor, "<script>voucher</script>")
        assert "<script>voucher" not in page

    def test_synonyms_and_promotions_are_named(self, editor, articles):
        Synonym.objects.create(locale="en", words="gift card, voucher")
        PromotionFactory(questions="gift card", article=articles["parcel"])
        page = page_of(editor, "gift card")
        assert "A promoted answer puts it here" in page
        assert "Synonyms, or other spellings, stand in for words of the question:" in page
        assert "voucher for gift card</span>" in page


class TestChosen:
    def test_where_it_stands(self, editor, articles):
        response = ask(editor, "coupon", article=articles["coupon-3"].pk)
        assert response.context["chosen"].explained.article.title == "Coupon rules"
        assert response.context["chosen"].explained.place >= 1
        assert "The article you chose" in html_of(response)

    def test_why_it_is_not_found(self, editor, articles):
        articles["parcel"].unpublish()
        page = page_of(editor, "coupon", article=articles["parcel"].pk)
        assert "Track a parcel" in page
        assert "Search does not find it for this question. It is not published." in page

    @pytest.mark.parametrize("number", ["999999", "none", "1' OR 1", "٣", 2**70])
    def test_no_such_article(self, editor, articles, number):
        response = ask(editor, "coupon", article=number)
        assert set(form_errors(response)) == {"article"}
        assert "explanation" not in response.context


class TestAccess:
    @pytest.mark.parametrize("role", ["Editors", "Reviewers", "Support leads"])
    def test_who_writes_articles_may_ask(self, client, roles, role):
        sign_in(client, member(role))
        assert client.get(EXPLAIN).status_code == 200
        assert EXPLAIN in client.get(reverse("wagtailadmin_home")).content.decode()

    @pytest.mark.parametrize(
        "user", [lambda: member("Agents"), colleague, UserFactory, lambda: None]
    )
    def test_nobody_else(self, client, roles, articles, user):
        response = ask(sign_in(client, user()), "voucher")
        assert (response.status_code, b"Redeem a voucher" in response.content) == (302, False)

    def test_no_menu_item_for_agents(self, client, roles):
        sign_in(client, member("Agents"))
        assert EXPLAIN not in client.get(reverse("wagtailadmin_home")).content.decode()

    def test_it_is_only_read(self, editor):
        assert editor.post(EXPLAIN, {"q": "voucher"}).status_code == 405


class TestPrivateArticles:
    """A writer of one topic who may not read what is for staff only."""

    SECRET = "Secret coupon ledger"

    @pytest.fixture
    def writer(self, client, roles, site):
        group = Group.objects.create(name="Writers of one topic")
        own = TopicFactory(parent=site.topics_en, title="Own")
        establish = Group.objects.get(name="Editors").page_permissions.first()
        group.page_permissions.create(page=own, permission=establish.permission)
        user = colleague()
        user.groups.add(group)
        return sign_in(client, user)

    def test_are_no_results_for_them(self, writer, articles):
        page = page_of(writer, "secret coupon ledger")
        assert "Coupon rules" in page
        assert self.SECRET not in page
        assert "No article holds these words" in page  # "ledger" is in the closed one alone

    @pytest.mark.parametrize("change", [{}, {"live": False, "visibility": Visibility.PUBLIC}])
    def test_cannot_be_asked_about(self, writer, articles, change):
        Article.objects.filter(pk=articles["staff"].pk).update(**change)
        response = ask(writer, "coupon", article=articles["staff"].pk)
        assert set(form_errors(response)) == {"article"}
        assert self.SECRET not in html_of(response)

    def test_are_marked_for_who_may_read_them(self, editor, articles):
        page = page_of(editor, "secret coupon ledger", article=articles["staff"].pk)
        assert f"{self.SECRET}</a>" in page
        assert "Staff only" in page
