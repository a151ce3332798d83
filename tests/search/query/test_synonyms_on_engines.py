"""Synonyms do the same on every engine."""

import pytest

from search.engines.base import EngineQuery
from search.query.rules import QueryRules, trying
from search.query.synonyms import SynonymRule, synonym_table
from search.query.trees import search_tree, suggest_tree
from search.query.understand import Question
from tests.search.engines.documents import document

PUBLIC = ("public",)
VOUCHERS = ("gift card", "voucher", "store credit")
BOTH_WAYS = SynonymRule(VOUCHERS, VOUCHERS)
ONE_WAY = SynonymRule(("kettle",), ("boiler",))


def hits(engine, text, *rules, locale="en", make_tree=search_tree):
    table = QueryRules(synonyms=synonym_table(rules, locale))
    with trying(locale, table):
        question = Question.read(text, locale)
    tree = make_tree(question, lambda terms: engine.known_terms(locale, terms, PUBLIC))
    return engine.search(EngineQuery(tree, locale, PUBLIC)).hits


def ids(*args, **options):
    return [hit.id for hit in hits(*args, **options)]


class TestSynonyms:
    @pytest.fixture
    def filled(self, engine):
        engine.write(
            [
                document("1", "Redeem a gift card", "Enter its number."),
                document("2", "Where is the voucher", "In your account."),
                document("3", "Shops", "Every store takes your credit card."),
                document("4", "The boiler leaks", "Switch it off."),
                document("5", "Parcels", "A voucher or a gift card may be inside."),
                document("6", "領収書の発行", "会計から出せます。", locale="ja"),
            ]
        )
        return engine

    def test_without_rules_only_the_words_are_found(self, filled):
        assert ids(filled, "voucher") == ["2", "5"]

    def test_a_phrase_is_found_for_a_word_and_only_as_a_phrase(self, filled):
        assert set(ids(filled, "voucher", BOTH_WAYS)) == {"1", "2", "5"}

    def test_a_word_is_found_for_a_phrase(self, filled):
        assert "2" in ids(filled, "store credit", BOTH_WAYS)

    def test_the_words_of_the_question_come_first(self, filled):
        assert ids(filled, "voucher", BOTH_WAYS)[0] == "2"

    def test_typing_finds_them_too(self, filled):
        assert set(ids(filled, "voucher", BOTH_WAYS, make_tree=suggest_tree)) == {"1", "2", "5"}

    def test_one_way_rules_do_not_go_back(self, filled):
        assert ids(filled, "kettle", ONE_WAY) == ["4"]
        filled.write([document("7", "Kettle")])
        assert ids(filled, "boiler", ONE_WAY) == ["4"]

    def test_japanese_phrases(self, filled):
        rule = SynonymRule(("レシート", "領収書"), ("レシート", "領収書"))
        assert ids(filled, "レシート", locale="ja") == []
        assert ids(filled, "レシート", rule, locale="ja") == ["6"]

    def test_an_article_with_the_word_and_its_synonym_scores_for_one_of_them(self, engine):
        # As many articles with either word: BM25 weighs a word by how rare it is.
        engine.write(
            [
                document("1", "x", "voucher token"),
                document("2", "y", "voucher other"),
                document("3", "z", "token other"),
            ]
        )
        first, second, third = hits(engine, "voucher", SynonymRule(("voucher",), ("token",)))
        assert [first.id, second.id, third.id] == ["1", "2", "3"]
        assert first.score == pytest.approx(second.score, rel=1e-4)

    def test_an_alternative_scores_four_fifths_of_the_word(self, engine):
        engine.write([document("1", "x", "voucher"), document("2", "y", "token")])
        first, second = hits(engine, "voucher", SynonymRule(("voucher",), ("token",)))
        assert (first.id, second.id) == ("1", "2")
        assert second.score == pytest.approx(0.8 * first.score, rel=1e-4)

    def test_a_question_full_of_synonyms_is_answered(self, filled):
        rules = [
            SynonymRule((f"word{n}",), tuple(f"other{n}x{m} thing" for m in range(9)))
            for n in range(99)
        ]
        assert ids(filled, " ".join(f"word{n}" for n in range(500)), *rules) == []
