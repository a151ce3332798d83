"""From rows to rules in force."""

from datetime import date

import pytest

from search.analysis import question_key
from search.query import rules as query_rules
from search.query.pipeline import search
from search.query.rules import CHECK_SECONDS, Promotion, rules_for
from search.query.values import SearchRequest
from search.tuning.models import Synonym
from search.tuning.rules import load_rules, raise_version, rules_version, rules_with
from tests.search.tuning.factories import PromotionFactory, SynonymFactory

pytestmark = pytest.mark.django_db


def titles(text, locale="en"):
    return [result.title.text for result in search(SearchRequest(text, locale)).results]


class TestLoad:
    def test_synonyms_of_the_language_alone(self):
        SynonymFactory(words="ギフト券, 商品券", locale="ja")
        SynonymFactory(words="gift card, voucher")
        SynonymFactory(words="telly → television", kind="one_way")
        assert load_rules("en").synonyms == {
            ("gift", "card"): (("voucher",),),
            ("voucher",): (("gift", "card"),),
            ("telli",): (("televis",),),
        }

    def test_promotions_by_question_in_their_order(self, articles):
        PromotionFactory(questions="gift card\nvoucher", article=articles["coupon"], position=2)
        PromotionFactory(
            questions="Voucher?", article=articles["voucher"], ends_on=date(2026, 1, 31)
        )
        assert load_rules("en").promotions == {
            question_key("gift card", "en"): (Promotion(articles["coupon"].pk),),
            question_key("voucher", "en"): (
                Promotion(articles["voucher"].pk, None, date(2026, 1, 31)),
                Promotion(articles["coupon"].pk),
            ),
        }

    @pytest.mark.parametrize("rows", [1, 3])
    def test_takes_three_queries(self, rows, django_assert_num_queries):
        for _ in range(rows):
            SynonymFactory()
        with django_assert_num_queries(3):
            load_rules("en")

    def test_as_they_would_be_with_a_draft(self):
        stored = SynonymFactory(words="gift card, voucher")
        SynonymFactory(words="tv, telly")
        stored.words = "gift card, token"
        assert set(rules_with("en", [stored]).synonyms) == {
            ("gift", "card"),
            ("token",),
            ("tv",),
            ("telli",),
        }
        draft = Synonym(locale="en", words="box, crate")
        other = Synonym(locale="ja", words="箱, 木箱")
        table = rules_with("en", [draft, other]).synonyms
        assert {("box",), ("voucher",)} <= set(table)
        assert ("箱",) not in table


class TestVersion:
    def test_grows_with_every_change(self, articles):
        versions = [rules_version("en")]
        synonym = SynonymFactory()
        versions.append(rules_version("en"))
        synonym.save()
        versions.append(rules_version("en"))
        promotion = PromotionFactory(questions="voucher", article=articles["voucher"])
        versions.append(rules_version("en"))
        promotion.delete()
        versions.append(rules_version("en"))
        Synonym.objects.all().delete()
        versions.append(rules_version("en"))
        assert versions == sorted(set(versions))

    def test_grows_when_a_promoted_article_is_deleted(self, articles):
        PromotionFactory(questions="voucher", article=articles["voucher"])
        before = rules_version("en")
        articles["voucher"].delete()
        assert rules_version("en") > before

    def test_is_one_query(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            rules_version("en")


class TestInForce:
    def test_an_edit_elsewhere_is_in_force_within_five_seconds(self, articles, monkeypatch):
        now = [1000.0]
        monkeypatch.setattr(query_rules, "monotonic", lambda: now[0])
        assert titles("gift token") == []
        # As another process would: no signal reaches this one.
        Synonym.objects.bulk_create([Synonym(locale="en", words="gift token, voucher")])
        raise_version()
        assert titles("gift token") == []
        now[0] += CHECK_SECONDS
        assert titles("gift token") == ["Redeem a voucher"]

    def test_whoever_saves_sees_it_at_once(self, articles, django_capture_on_commit_callbacks):
        assert titles("gift token") == []
        with django_capture_on_commit_callbacks(execute=True):
            synonym = SynonymFactory(words="gift token, voucher")
        assert titles("gift token") == ["Redeem a voucher"]
        with django_capture_on_commit_callbacks(execute=True):
            synonym.delete()
        assert titles("gift token") == []

    def test_a_search_asks_the_database_no_more_than_before(
        self, articles, django_assert_num_queries
    ):
        SynonymFactory(words="gift token, voucher")
        search(SearchRequest("gift token", "en"))
        with django_assert_num_queries(0):
            rules_for("en")

    def test_synonyms_are_marked_and_answer(self, articles):
        SynonymFactory(words="gift token, voucher")
        results = search(SearchRequest("redeem gift token", "en"))
        assert [piece for piece, marked in results.results[0].title.pieces if marked] == [
            "Redeem",
            "voucher",
        ]
        assert ("voucher", True) in results.results[0].excerpt.pieces
        assert results.answer is not None

    def test_japanese(self, articles):
        SynonymFactory(words="レシート, 領収書", locale="ja")
        assert titles("レシートがほしい", "ja") == ["領収書の発行"]
