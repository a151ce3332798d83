"""Synonyms in questions: phrases, expansions, and what engines make of the trees."""

import pytest

from search.analysis import analyse
from search.engines.base import AllOf, AnyOf, BestOf, Field, Fuzzy, Phrase, Term
from search.query.rules import QueryRules, trying
from search.query.synonyms import (
    ALTERNATIVE_WEIGHT,
    MAX_ALTERNATIVE_TERMS,
    Expansion,
    SynonymRule,
    expand,
    phrase_forms,
    synonym_table,
)
from search.query.trees import search_tree, suggest_tree
from search.query.understand import Question


def two_way(*words):
    return SynonymRule(words, words)


def one_way(left, right):
    return SynonymRule((left,), (right,))


def expansions(text, *rules, locale="en"):
    return expand(analyse(text, locale).tokens, synonym_table(rules, locale))


def question(text, *rules, locale="en"):
    with trying(locale, QueryRules(synonyms=synonym_table(rules, locale))):
        return Question.read(text, locale)


def everything_known(terms):
    return set(terms)


class TestPhraseForms:
    @pytest.mark.parametrize(
        ("text", "forms"),
        [
            ("Gift Cards", (("gift", "card"),)),
            ("Wi-Fi", (("wifi",), ("wi", "fi"))),
            ("point of sale", (("point", "sale"),)),
            ("領収書", (("領収", "書"),)),
            ("ｽﾏﾎ", (("スマホ",),)),
            ("of the", ()),
            ("?!", ()),
            ("", ()),
        ],
    )
    def test_forms(self, text, forms):
        assert phrase_forms(text, "ja") == forms


class TestTable:
    def test_two_way_rules_find_each_other(self):
        assert synonym_table([two_way("car", "auto", "gift card")], "en") == {
            ("car",): (("auto",), ("gift", "card")),
            ("auto",): (("car",), ("gift", "card")),
            ("gift", "card"): (("car",), ("auto",)),
        }

    def test_one_way_rules_find_one_way(self):
        assert synonym_table([one_way("pan", "kettle")], "en") == {("pan",): (("kettl",),)}

    def test_rules_of_one_word_add_up_and_are_not_chained(self):
        table = synonym_table([two_way("car", "auto"), one_way("car", "van")], "en")
        assert table == {("car",): (("auto",), ("van",)), ("auto",): (("car",),)}

    def test_a_word_is_no_alternative_to_itself(self):
        assert synonym_table([two_way("wi-fi", "wifi"), two_way("Car", "cars")], "en") == {}

    def test_spellings_that_the_analysis_keeps_apart_can_be_joined(self):
        assert synonym_table([two_way("wi fi", "wifi")], "en") == {
            ("wi", "fi"): (("wifi",),),
            ("wifi",): (("wi", "fi"),),
        }


class TestExpand:
    def test_without_rules_there_is_nothing_to_expand(self):
        assert expansions("my gift card") == ()

    def test_phrases_match_in_every_inflection_across_stop_words(self):
        assert expansions("the gifts of a Card", two_way("gift card", "voucher")) == (
            Expansion(("gift", "card"), (("voucher",),)),
        )

    def test_the_longest_phrase_wins(self):
        found = expansions("gift card", two_way("gift card", "voucher"), two_way("gift", "present"))
        assert found == (Expansion(("gift", "card"), (("voucher",),)),)

    def test_a_word_is_expanded_once(self):
        assert len(expansions("car car", two_way("car", "auto"))) == 1

    @pytest.mark.parametrize("text", ["wi-fi lost", "Wi-Fi lost"])
    def test_a_compound_is_replaced_with_its_parts(self, text):
        assert expansions(text, two_way("wi-fi", "wireless")) == (
            Expansion(("wifi", "wi", "fi"), (("wireless",),)),
        )

    @pytest.mark.parametrize("text", ["wifi", "wi fi"])
    def test_a_compound_rule_holds_for_its_spellings(self, text):
        assert [e.alternatives for e in expansions(text, two_way("wi-fi", "wireless"))] == [
            (("wireless",),)
        ]

    def test_japanese(self):
        assert expansions("領収書をください", two_way("領収書", "レシート"), locale="ja") == (
            Expansion(("領収", "書"), (("レシート",),)),
        )

    def test_stop_words_alone_are_not_expanded(self):
        assert expansions("what is it", two_way("car", "auto")) == ()

    def test_alternatives_of_one_question_are_bounded(self):
        rules = [two_way(f"a{n}", *(f"b{n}x{m}" for m in range(20))) for n in range(64)]
        found = expansions(" ".join(f"a{n}" for n in range(64)), *rules)
        assert sum(len(a) for e in found for a in e.alternatives) <= MAX_ALTERNATIVE_TERMS


class TestClause:
    def test_one_word_for_one_word(self):
        clause = Expansion(("car",), (("auto",),)).clause(Field.TEXT, 1.0)
        assert clause == BestOf(
            (Term(Field.TEXT, "car"), Term(Field.TEXT, "auto", ALTERNATIVE_WEIGHT))
        )

    def test_a_phrase_scores_like_the_words_it_replaces(self):
        clause = Expansion(("car",), (("motor", "vehicl"),)).clause(Field.TITLE, 0.5)
        assert clause.clauses[1] == Phrase(
            Field.TITLE, ("motor", "vehicl"), boost=0.5 * ALTERNATIVE_WEIGHT / 2
        )
        clause = Expansion(("gift", "card"), (("voucher",),)).clause(Field.TEXT, 1.0)
        assert clause == BestOf(
            (
                AnyOf((Term(Field.TEXT, "gift"), Term(Field.TEXT, "card"))),
                Term(Field.TEXT, "voucher", ALTERNATIVE_WEIGHT * 2),
            )
        )

    def test_a_field_without_positions_wants_all_words(self):
        clause = Expansion(("car",), (("motor", "vehicl"),)).clause(Field.LABELS, 1.0)
        weight = ALTERNATIVE_WEIGHT / 2
        assert clause.clauses[1] == AllOf(
            (Term(Field.LABELS, "motor", weight), Term(Field.LABELS, "vehicl", weight))
        )


class TestTrees:
    def test_both_trees_hold_the_alternatives(self):
        asked = question("car broken", two_way("car", "auto"))
        for tree in (search_tree(asked, everything_known), suggest_tree(asked, everything_known)):
            fields = [c.clauses[0].field for c in tree.clauses if isinstance(c, BestOf)]
            assert {Field.TEXT, Field.TITLE} <= set(fields)

    def test_without_synonyms_the_tree_is_as_it_was(self):
        tree = search_tree(question("car broken"), everything_known)
        assert not [c for c in tree.clauses if isinstance(c, BestOf)]

    def test_a_word_with_synonyms_is_no_typo(self):
        tree = search_tree(question("brolly", two_way("brolly", "umbrella")), lambda terms: set())
        assert [c for c in tree.clauses if isinstance(c, Fuzzy) and c.field == Field.WORDS] == []

    def test_a_pasted_page_full_of_synonyms_stays_below_the_limit_of_clauses(self):
        rules = [two_way(f"word{n}", *(f"other{n}x{m} thing" for m in range(9))) for n in range(99)]
        asked = question(" ".join(f"word{n}" for n in range(500)), *rules)
        assert size_of(search_tree(asked, everything_known)) < 1_024


def size_of(node):
    """The clauses a tree comes to on Elasticsearch, the terms of a phrase counted each."""
    match node:
        case AnyOf(clauses) | BestOf(clauses):
            return sum(map(size_of, clauses))
        case AllOf(required, optional):
            return sum(map(size_of, (*required, *optional)))
        case Phrase(terms=terms):
            return len(terms)
        case _:
            return 1


class TestMarks:
    RULES = (two_way("car", "motor vehicle", "auto"),)

    def test_words_met_are_those_asked_or_their_alternatives_as_a_whole(self):
        asked = question("car broken", *self.RULES)
        assert asked.marked_in(["motor", "vehicl", "park"]) == {"car", "broken", "motor", "vehicl"}
        assert asked.marked_in(["motor", "boat"]) == {"car", "broken"}

    def test_a_text_meets_the_question_in_other_words(self):
        asked = question("car broken", *self.RULES)
        assert asked.met_in(["auto", "broken", "again"]) == {"car", "broken"}
        assert asked.met_in(["motor", "boat"]) == set()
