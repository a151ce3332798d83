"""Promoted answers and golden questions in the admin."""

import pytest
from django.urls import reverse

from search.tuning.golden import run_all
from search.tuning.models import GoldenQuestion, GoldenRun, Promotion
from tests.pages import html_of
from tests.search.tuning.factories import (
    ADMITTED,
    REFUSED,
    PromotionFactory,
    editor,
    golden,
    sign_in,
    support_lead,
)

RUNS = reverse("search_tuning:golden_runs")


def promotion_form(article, **fields):
    return {
        "locale": "en",
        "questions": "gift card",
        "article": article.pk,
        "starts_on": "2026-12-01",
        "ends_on": "",
        "position": 1,
    } | fields


def golden_form(*articles, **fields):
    form = {
        "locale": "en",
        "question": "gift card",
        "origin": "hand",
        "note": "",
        "answers-TOTAL_FORMS": len(articles),
        "answers-INITIAL_FORMS": 0,
        "answers-MIN_NUM_FORMS": 1,
        "answers-MAX_NUM_FORMS": 1000,
    }
    for number, article in enumerate(articles):
        form |= {
            f"answers-{number}-article": article.pk,
            f"answers-{number}-id": "",
            f"answers-{number}-ORDER": number + 1,
            f"answers-{number}-DELETE": "",
        }
    return form | fields


class TestPromotions:
    ADD = reverse("promoted_answers:add")
    INDEX = reverse("promoted_answers:index")

    def test_form_and_list(self, lead, articles):
        assert lead.get(self.ADD).status_code == 200
        assert lead.post(self.ADD, promotion_form(articles["voucher"])).url == self.INDEX
        promotion = Promotion.objects.get()
        assert promotion.article == articles["voucher"]
        page = html_of(lead.get(self.INDEX, {"locale": "en", "q": "gift"}))
        assert "gift card" in page
        assert "Redeem a voucher" in page

    def test_an_article_in_another_language_is_refused(self, lead, articles):
        page = html_of(lead.post(self.ADD, promotion_form(articles["ja"])))
        assert "The article is in another language." in page
        assert Promotion.objects.count() == 0

    def test_edit_and_delete(self, lead, articles):
        promotion = PromotionFactory(questions="voucher", article=articles["voucher"])
        edit = reverse("promoted_answers:edit", args=[promotion.pk])
        assert lead.get(edit).status_code == 200
        lead.post(edit, promotion_form(articles["coupon"]))
        assert Promotion.objects.get().article == articles["coupon"]
        lead.post(reverse("promoted_answers:delete", args=[promotion.pk]))
        assert Promotion.objects.count() == 0


class TestGoldenQuestions:
    ADD = reverse("golden_questions:add")
    INDEX = reverse("golden_questions:index")

    def test_form(self, lead, articles):
        assert lead.get(self.ADD).status_code == 200
        form = golden_form(articles["voucher"], articles["coupon"])
        assert lead.post(self.ADD, form).url == self.INDEX
        question = GoldenQuestion.objects.get()
        assert question.expected == {articles["voucher"].pk, articles["coupon"].pk}

    def test_an_article_is_needed(self, lead, articles):
        assert lead.post(self.ADD, golden_form()).status_code == 200
        assert GoldenQuestion.objects.count() == 0

    def test_an_article_in_another_language_is_refused(self, lead, articles):
        page = html_of(lead.post(self.ADD, golden_form(articles["ja"])))
        assert "The article is in another language." in page
        assert GoldenQuestion.objects.count() == 0

    def test_the_list_shows_the_latest_rank(self, lead, articles):
        golden("voucher", articles["voucher"])
        golden("kettle", articles["parcel"])
        run_all()
        golden("new one", articles["parcel"])
        rows = lead.get(self.INDEX).context["object_list"]
        assert [(row.question, row.latest_rank, row.latest_run is None) for row in rows] == [
            ("kettle", None, False),
            ("new one", None, True),
            ("voucher", 1, False),
        ]
        assert "Not on the first page" in html_of(lead.get(self.INDEX))


class TestRuns:
    def test_says_what_to_do_while_there_is_nothing(self, lead, articles):
        assert "There are no golden questions" in html_of(lead.get(RUNS))
        golden("voucher", articles["voucher"])
        assert "have not been asked yet" in html_of(lead.get(RUNS))

    def test_shows_figures_and_what_fell(self, lead, articles):
        golden("coupon rules", articles["coupon-3"])
        golden("voucher", articles["voucher"])
        run_all()
        articles["coupon-3"].unpublish()
        run_all()
        page = html_of(lead.get(RUNS))
        assert page.count("coupon rules</a>") == 1
        assert "100%" in page
        assert "50%" in page
        assert "0.50" in page

    @pytest.mark.parametrize("runs", [1, 3])
    def test_the_number_of_queries_does_not_depend_on_the_runs(
        self, lead, articles, runs, django_assert_max_num_queries
    ):
        golden("voucher", articles["voucher"])
        for _ in range(runs):
            run_all()
        lead.get(RUNS)
        with django_assert_max_num_queries(40) as queries:
            lead.get(RUNS)
        assert len(queries) == 12

    def test_says_when_the_standby_answered(self, lead, articles):
        golden("voucher", articles["voucher"])
        run_all()
        GoldenRun.objects.update(degraded=True)
        assert "embedded (standby)" in html_of(lead.get(RUNS))

    def test_csv(self, lead, articles):
        golden("voucher", articles["voucher"])
        run_all()
        content = b"".join(lead.get(RUNS, {"export": "csv"}).streaming_content).decode()
        assert ",en,1,1.0,1.0,embedded,False" in content


ADDRESSES = [
    "promoted_answers:index",
    "promoted_answers:add",
    "golden_questions:index",
    "golden_questions:add",
    "search_tuning:golden_runs",
    "search_tuning:golden_runs_results",
]


class TestAccess:
    @pytest.mark.parametrize("user", ADMITTED)
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_admits(self, client, site, user, address):
        assert sign_in(client, user()).get(reverse(address)).status_code == 200

    @pytest.mark.parametrize("user", REFUSED)
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_refuses(self, client, articles, user, address):
        golden("golden voucher", articles["voucher"])
        PromotionFactory(questions="golden voucher", article=articles["voucher"])
        run_all()
        response = sign_in(client, user()).get(reverse(address))
        assert (response.status_code, b"golden voucher" in response.content) == (302, False)

    @pytest.mark.parametrize("user", REFUSED)
    @pytest.mark.parametrize("view", ["edit", "delete", "copy", "history", "usage"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_refuses_one(self, client, articles, user, view, method):
        promotion = PromotionFactory(questions="golden voucher", article=articles["voucher"])
        question = golden("golden voucher", articles["voucher"])
        sign_in(client, user())
        for name, row in (("promoted_answers", promotion), ("golden_questions", question)):
            response = getattr(client, method)(reverse(f"{name}:{view}", args=[row.pk]))
            assert (response.status_code, b"golden voucher" in response.content) == (302, False)
        assert (Promotion.objects.count(), GoldenQuestion.objects.count()) == (1, 1)

    @pytest.mark.parametrize(("user", "expected"), [(support_lead, True), (editor, False)])
    def test_menu_items_are_for_those_admitted(self, client, site, user, expected):
        page = sign_in(client, user()).get(reverse("wagtailadmin_home")).content.decode()
        for address in (TestPromotions.INDEX, TestGoldenQuestions.INDEX, RUNS):
            assert (address in page) is expected
