"""No way to change a rule goes past the golden questions."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from search.engines.base import EngineUnavailable
from search.tuning import checked_views
from search.tuning.models import Promotion, Synonym
from tests.pages import html_of
from tests.search.tuning.factories import (
    REFUSED,
    PromotionFactory,
    SynonymFactory,
    golden,
    sign_in,
)

ADD = reverse("promoted_answers:add")
INDEX = reverse("promoted_answers:index")
QUESTION = "coupon rules"
SOON = timezone.localdate() + timedelta(days=20)


def address(view, rule):
    name = "synonyms" if isinstance(rule, Synonym) else "promoted_answers"
    return reverse(f"{name}:{view}", args=[rule.pk])


def form(article, **fields):
    empty = {"locale": "en", "questions": QUESTION, "starts_on": "", "ends_on": "", "position": 1}
    return empty | {"article": article.pk} | fields


def stored():
    return [(row.questions, row.article_id, row.ends_on) for row in Promotion.objects.all()]


def synonym_form(**fields):
    return {"locale": "en", "kind": "two_way", "words": "gift token, voucher"} | fields


def falls(response):
    """What fell, as (place before, place after)."""
    return [(one.before, one.after) for one in response.context["fallen"]]


@pytest.fixture
def pushed(articles):
    """An expected article that stands third, behind two promoted ones."""
    for name in ("voucher", "parcel"):
        PromotionFactory(questions=QUESTION, article=articles[name])
    golden(QUESTION, articles["coupon-3"])
    return articles


@pytest.fixture
def held(articles):
    """An expected article that is found for its promotion alone."""
    golden(QUESTION, articles["voucher"])
    return PromotionFactory(questions=QUESTION, article=articles["voucher"])


@pytest.fixture
def needed(articles):
    """A synonym that an expected article is found by."""
    golden("gift token", articles["voucher"])
    return SynonymFactory(words="gift token, voucher")


class TestNewPromotion:
    def test_names_what_it_pushes_out_and_saves_nothing(self, lead, pushed):
        response = lead.post(ADD, form(pushed["coupon-2"]))
        assert falls(response) == [(3, 4)]
        page = html_of(response)
        assert "By this change 1 golden question falls out of the first three results" in page
        assert "from place 3 to place 4" in page
        assert "(on " not in page
        assert len(stored()) == 2

    def test_is_saved_when_asked_again(self, lead, pushed):
        assert lead.post(ADD, form(pushed["coupon-2"], anyway="1")).url == INDEX
        assert len(stored()) == 3

    def test_that_starts_later_is_checked_on_its_first_day(self, lead, pushed):
        response = lead.post(ADD, form(pushed["coupon-2"], starts_on=SOON.isoformat()))
        (fallen,) = response.context["fallen"]
        assert (fallen.day, fallen.before, fallen.after) == (SOON, 3, 4)
        assert f"(on {SOON:%b}" in html_of(response)
        assert len(stored()) == 2

    def test_that_is_over_harms_nothing(self, lead, pushed):
        past = timezone.localdate() - timedelta(days=1)
        assert lead.post(ADD, form(pushed["coupon-2"], ends_on=past.isoformat())).url == INDEX

    def test_of_another_question_is_saved_without_a_question(self, lead, pushed):
        other = form(pushed["coupon-2"], questions=f"the {QUESTION} of today")
        assert lead.post(ADD, other).url == INDEX

    def test_by_way_of_a_copy_is_checked_too(self, lead, pushed):
        copied = PromotionFactory(questions="another", article=pushed["coupon-2"])
        before = stored()
        response = lead.post(address("copy", copied), form(pushed["coupon-2"]))
        assert falls(response) == [(3, 4)]
        assert stored() == before

    def test_in_japanese(self, lead, pushed):
        sent = form(pushed["coupon-2"], starts_on=SOON.isoformat())
        page = html_of(lead.post(ADD, sent, headers={"Accept-Language": "ja"}))
        assert "この変更により、基準の質問1件が上位3件から外れます。" in page
        assert f"（{SOON.year}年{SOON.month}月{SOON.day}日の時点）" in page


class TestChangedPromotion:
    def test_of_another_article(self, lead, held, articles):
        response = lead.post(address("edit", held), form(articles["coupon"]))
        assert falls(response) == [(1, None)]
        assert 'name="anyway"' in html_of(response)
        assert stored() == [(QUESTION, articles["voucher"].pk, None)]
        again = form(articles["coupon"], anyway="1")
        assert lead.post(address("edit", held), again).url == INDEX
        assert stored() == [(QUESTION, articles["coupon"].pk, None)]

    def test_that_ends_is_checked_on_the_day_after(self, lead, held, articles):
        sent = form(articles["voucher"], ends_on=SOON.isoformat())
        (fallen,) = lead.post(address("edit", held), sent).context["fallen"]
        assert (fallen.day, fallen.before) == (SOON + timedelta(days=1), 1)
        assert stored() == [(QUESTION, articles["voucher"].pk, None)]

    def test_of_nothing_that_counts(self, lead, held, articles):
        sent = form(articles["voucher"], questions=f"{QUESTION}\nanother")
        assert lead.post(address("edit", held), sent).url == INDEX


class TestDeleting:
    def test_a_promotion_that_held_an_answer(self, lead, held):
        response = lead.post(address("delete", held))
        assert falls(response) == [(1, None)]
        page = html_of(response)
        assert "By this change 1 golden question falls" in page
        assert "Delete anyway" in page
        assert "Yes, delete" not in page
        assert len(stored()) == 1
        assert lead.post(address("delete", held), {"anyway": "1"}).url == INDEX
        assert stored() == []

    def test_a_promotion_still_to_come(self, lead, held):
        Promotion.objects.update(starts_on=SOON)
        (fallen,) = lead.post(address("delete", held)).context["fallen"]
        assert fallen.day == SOON
        assert len(stored()) == 1

    def test_a_synonym_that_found_an_answer(self, lead, needed):
        assert falls(lead.post(address("delete", needed))) == [(1, None)]
        assert Synonym.objects.count() == 1
        lead.post(address("delete", needed), {"anyway": "1"})
        assert Synonym.objects.count() == 0

    def test_what_nothing_depends_on(self, lead, needed, held):
        other = SynonymFactory()
        assert lead.post(address("delete", other)).status_code == 302
        assert list(Synonym.objects.all()) == [needed]

    def test_asks_nothing_before_it_is_confirmed(self, lead, held):
        page = html_of(lead.get(address("delete", held)))
        assert "Yes, delete" in page
        assert "Delete anyway" not in page

    @pytest.mark.parametrize("rule", ["held", "needed"])
    def test_many_at_once_is_not_offered(self, lead, rule, request):
        """Wagtail's bulk actions would go past the check; it has none of these models."""
        rule = request.getfixturevalue(rule)
        bulk = reverse(
            "wagtail_bulk_action",
            args=[rule._meta.app_label, rule._meta.model_name, "delete"],
        )
        assert lead.post(f"{bulk}?id={rule.pk}", follow=True).status_code == 404
        rule.refresh_from_db()


class TestSynonym:
    def test_that_moves_to_another_language_is_missed_in_its_own(self, lead, needed):
        response = lead.post(address("edit", needed), synonym_form(locale="ja"))
        assert falls(response) == [(1, None)]
        needed.refresh_from_db()
        assert needed.locale == "en"

    def test_by_way_of_a_copy_is_checked_too(self, lead, needed):
        response = lead.post(address("copy", needed), synonym_form(words="token, letter"))
        assert falls(response) == [(1, None)]
        assert Synonym.objects.get().words == "gift token, voucher"


class TestWhileSearchIsDown:
    @pytest.fixture(autouse=True)
    def down(self, monkeypatch):
        def unavailable(changes):
            raise EngineUnavailable("down")

        monkeypatch.setattr(checked_views, "falling", unavailable)

    @pytest.mark.parametrize("view", ["add", "edit", "copy"])
    def test_a_promotion_is_held_and_may_be_saved_anyway(self, lead, held, articles, view):
        target = ADD if view == "add" else address(view, held)
        before = stored()
        sent = form(articles["coupon"])
        page = html_of(lead.post(target, sent))
        assert "the effect of this change cannot be checked" in page
        assert "Save anyway" in page
        assert stored() == before
        assert lead.post(target, sent | {"anyway": "1"}).status_code == 302
        assert stored() != before

    @pytest.mark.parametrize("rule", ["held", "needed"])
    def test_a_rule_is_deleted_only_anyway(self, lead, rule, request):
        rule = request.getfixturevalue(rule)
        page = html_of(lead.post(address("delete", rule)))
        assert "the effect of this change cannot be checked" in page
        assert "Delete anyway" in page
        rule.refresh_from_db()
        lead.post(address("delete", rule), {"anyway": "1"})
        assert not type(rule).objects.exists()


@pytest.mark.parametrize("user", REFUSED)
def test_anyway_is_no_permission(client, held, articles, user):
    before = stored()
    sign_in(client, user())
    for target in (ADD, address("edit", held), address("copy", held), address("delete", held)):
        response = client.post(target, form(articles["coupon"], anyway="1"))
        assert (response.status_code, b"coupon" in response.content) == (302, False)
    assert stored() == before
