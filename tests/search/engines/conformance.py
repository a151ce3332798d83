"""What every engine has to do: one body of cases, a subclass per engine.

A subclass provides the fixture ``engine``: an empty engine of its own.
"""

from dataclasses import replace
from itertools import chain

import pytest

from search.engines.base import (
    AllOf,
    AnyOf,
    BestOf,
    EngineQuery,
    Facet,
    Field,
    Fuzzy,
    FuzzyPrefix,
    Ids,
    IndexDocument,
    Node,
    Phrase,
    Prefix,
    Term,
    VectorQuery,
)
from tests.search.engines.documents import SPACE, document, unit, vectors_of

PUBLIC = ("public",)
NORTH, EAST = unit(1, 0, 0, 0), unit(0, 1, 0, 0)
NORTH_EAST = unit(1, 1, 0, 0)


def towards(vector, *, locale="en", visibilities=PUBLIC, space=SPACE, terms=()) -> VectorQuery:
    return VectorQuery(space, vector, terms, locale, visibilities)


def near(engine, vector, limit=10, **options) -> list[str]:
    return [hit.id for hit in engine.nearest(towards(vector, **options), limit)]


def ask(engine, root: Node, **options):
    options.setdefault("visibilities", PUBLIC)
    options.setdefault("locale", "en")
    return engine.search(EngineQuery(root, **options))


def ids(engine, root: Node, **options) -> list[str]:
    return [hit.id for hit in ask(engine, root, **options).hits]


def verified(engine, root: Node) -> dict[str, str]:
    return {hit.id: hit.verified_on for hit in ask(engine, root).hits}


class EngineConformance:
    @pytest.fixture
    def filled(self, engine):
        engine.write(
            [
                document("1", "Reset your password", "Use the link we send.", topics=("10", "11")),
                document("2", "Cancel an order", "Orders can be cancelled.", topics=("10",)),
                document("3", "Password rules", "Ten letters.", visibility="staff"),
                document("4", "注文のキャンセル", "返品できます。", locale="ja", topics=("20",)),
            ]
        )
        return engine

    def test_a_hit_says_when_its_document_was_verified(self, engine):
        dated = document("1", "Password", verified_on="2026-11-01")
        undated = document("2", "Password")
        engine.write([dated, undated])
        root = Term(Field.TITLE, "password")
        assert verified(engine, root) == {"1": "2026-11-01", "2": ""}
        engine.write([document("2", "Password", verified_on="2026-11-02")])
        engine.write([document("1", "Password")])
        assert verified(engine, root) == {"1": "", "2": "2026-11-02"}
        engine.rebuild("en", [dated, undated]).swap()
        assert verified(engine, root) == {"1": "2026-11-01", "2": ""}

    # --- the tree ---

    def test_term(self, filled):
        assert ids(filled, Term(Field.TITLE, "password")) == ["1"]

    def test_term_in_another_locale_is_not_found(self, filled):
        assert ids(filled, Term(Field.TITLE, "注文")) == []
        assert ids(filled, Term(Field.TITLE, "注文"), locale="ja") == ["4"]

    def test_boost_multiplies(self, filled):
        plain = ask(filled, Term(Field.TITLE, "order")).hits[0].score
        doubled = ask(filled, Term(Field.TITLE, "order", 2.0)).hits[0].score
        assert doubled == pytest.approx(2 * plain, rel=1e-4)

    def test_phrase_needs_its_order_and_nearness(self, filled):
        assert ids(filled, Phrase(Field.TITLE, ("reset", "password"))) == ["1"]
        assert ids(filled, Phrase(Field.TITLE, ("password", "reset"))) == []

    def test_phrase_slop_lets_words_stand_between(self, engine):
        engine.write([document("1", "alpha beta gamma")])
        assert ids(engine, Phrase(Field.TITLE, ("alpha", "gamma"))) == []
        assert ids(engine, Phrase(Field.TITLE, ("alpha", "gamma"), slop=1)) == ["1"]

    def test_phrase_of_one_word_is_that_word(self, filled):
        assert ids(filled, Phrase(Field.TITLE, ("password",))) == ["1"]

    def test_prefix_scores_what_it_is_told(self, filled):
        assert ask(filled, Prefix(Field.TITLE_KEYS, "resetyo", 7.0)).hits[0].score == 7.0

    @pytest.mark.parametrize("field", [Field.TITLE_KEYS, Field.WORDS, Field.READINGS])
    @pytest.mark.parametrize("whole", ["unsubscribing", "返品と交換のしかたを選ぶ"])
    def test_every_beginning_finds_its_term_and_no_other(self, engine, field, whole):
        engine.write([replace(document("1", ""), fields={field: (whole,)})])
        for length in range(1, len(whole) + 1):
            assert ids(engine, Prefix(field, whole[:length])) == ["1"]
            assert ids(engine, Prefix(field, whole[1 : length + 1] + "x")) == []

    @pytest.mark.parametrize("terms", [1, 20, 30])
    @pytest.mark.parametrize("beginning", ["設定", "settings_of_"])
    def test_a_beginning_finds_all_its_terms(self, engine, beginning, terms):
        engine.write(
            [
                replace(document(str(n), ""), fields={Field.TEXT: (f"{beginning}{n}",)})
                for n in range(1, terms + 1)
            ]
        )
        assert len(ids(engine, Prefix(Field.TEXT, beginning), limit=100)) == terms

    @pytest.mark.parametrize(
        "prefix", ["a.c", "a*", "(", "[", "\\", '"', "a|b", "+", "#", "^$", "<b>", "~", "-"]
    )
    def test_prefix_takes_special_characters_as_they_are(self, filled, prefix):
        assert ids(filled, Prefix(Field.TITLE_KEYS, prefix)) == []

    def test_a_prefix_of_any_length_is_taken(self, filled):
        for prefix in ("a" * 5_000, "返" * 5_000, "🍵" * 5_000):
            assert ids(filled, Prefix(Field.TITLE_KEYS, prefix)) == []

    def test_fuzzy_forgives_one_edit(self, filled):
        assert ids(filled, Fuzzy(Field.WORDS, "pasword")) == ["1"]
        assert ids(filled, Fuzzy(Field.WORDS, "passwrod")) == ["1"]
        assert ids(filled, Fuzzy(Field.WORDS, "pswrd")) == []

    @pytest.mark.parametrize("begun", ["passw", "pasww", "apssw", "psswo", "paswo", "paassw"])
    def test_a_fuzzy_prefix_forgives_one_edit(self, filled, begun):
        assert ids(filled, FuzzyPrefix(Field.WORDS, begun)) == ["1"]

    @pytest.mark.parametrize("begun", ["pxxwo", "p.*", "a|pass", "sword", "ø" * 12])
    def test_a_fuzzy_prefix_forgives_no_more(self, filled, begun):
        assert ids(filled, FuzzyPrefix(Field.WORDS, begun)) == []

    def test_fuzzy_scores_what_it_is_told(self, filled):
        assert ask(filled, Fuzzy(Field.WORDS, "pasword", 1, 0.5)).hits[0].score == 0.5

    def test_any_of_adds_scores(self, filled):
        one = ask(filled, Term(Field.TITLE, "order")).hits[0].score
        other = ask(filled, Term(Field.BODY, "order")).hits[0].score
        both = ask(filled, AnyOf((Term(Field.TITLE, "order"), Term(Field.BODY, "order"))))
        assert both.hits[0].score == pytest.approx(one + other, rel=1e-4)

    def test_any_of_counts_its_minimum(self, filled):
        clauses = (Term(Field.TITLE, "reset"), Term(Field.TITLE, "password"))
        assert ids(filled, AnyOf(clauses, minimum=2)) == ["1"]
        assert ids(filled, AnyOf((*clauses, Term(Field.TITLE, "x")), minimum=3)) == []

    def test_all_of_needs_the_required_ones_only(self, filled):
        tree = AllOf((Term(Field.TITLE, "order"),), (Term(Field.TITLE, "nowhere"),))
        assert ids(filled, tree) == ["2"]

    def test_best_of_takes_the_best(self, filled):
        tree = BestOf((Prefix(Field.WORDS, "cancel", 3.0), Prefix(Field.WORDS, "order", 5.0)))
        assert ask(filled, tree).hits[0].score == 5.0

    def test_ids_score_what_they_are_told(self, filled):
        assert ask(filled, Ids(("2",), 7.0)).hits[0].score == 7.0
        assert ids(filled, Ids(("2", "3", "4", "999"))) == ["2"]  # staff's and another locale's
        assert ids(filled, Ids(())) == []

    def test_ids_add_to_what_words_score(self, filled):
        words = Term(Field.TITLE, "order")
        plain = ask(filled, words).hits[0].score
        both = ask(filled, AnyOf((words, Ids(("1", "2"), 1_000.0)))).hits
        assert [hit.id for hit in both] == ["2", "1"]
        assert both[0].score == pytest.approx(1_000 + plain, rel=1e-3)

    # --- meaning ---

    @pytest.fixture
    def directed(self, engine):
        """1 points north, 2 north-east with a passage to the east, 3 is for staff, 4 has none."""
        engine.write(
            [
                document("1", "North", vectors=vectors_of([NORTH])),
                document("2", "North-east", vectors=vectors_of([NORTH_EAST], [EAST])),
                document("3", "Staff", visibility="staff", vectors=vectors_of([EAST])),
                document("4", "Nowhere"),
                document("5", "日本", locale="ja", vectors=vectors_of([EAST])),
            ]
        )
        return engine

    def test_nearest_counts_the_best_of_titles_and_passages(self, directed):
        hits = directed.nearest(towards(EAST), 10)
        assert [hit.id for hit in hits] == ["2", "1"]
        assert [hit.score for hit in hits] == pytest.approx([1, 0], abs=0.02)
        assert near(directed, NORTH) == ["1", "2"]
        assert near(directed, NORTH, limit=1) == ["1"]

    def test_nearest_keeps_to_locale_and_visibility(self, directed):
        assert near(directed, EAST, visibilities=("staff",)) == ["3"]
        assert sorted(near(directed, EAST, visibilities=("public", "staff"))) == ["1", "2", "3"]
        assert near(directed, EAST, visibilities=()) == []
        assert near(directed, EAST, locale="ja") == ["5"]

    def test_similarities_tell_titles_from_passages(self, directed):
        found = directed.similarities(towards(EAST), ["1", "2", "4", "999"])
        assert sorted(found) == ["1", "2"]
        assert found["1"].title == pytest.approx(0, abs=0.02)
        assert found["1"].passage == -1
        assert found["2"].title == pytest.approx(0.707, abs=0.02)
        assert found["2"].passage == pytest.approx(1, abs=0.02)
        assert found["2"].cosine == found["2"].passage
        assert directed.similarities(towards(EAST), []) == {}

    def test_vectors_are_no_documents(self, directed):
        assert directed.status().documents == {"en": 4, "ja": 1}

    def test_vectors_of_another_space_or_size_are_not_compared(self, directed):
        assert near(directed, EAST, space="another") == []
        assert directed.similarities(towards(EAST, space="another"), ["1"]) == {}
        assert near(directed, unit(0, 1)) == []

    def test_a_model_that_changed_its_size_harms_no_article(self, directed):
        directed.write(
            [
                document("1", "North", vectors=vectors_of([unit(1, 0)])),
                document("6", "Sixth", vectors=vectors_of([NORTH])),
            ]
        )
        assert near(directed, unit(1, 0)) == ["1"]
        assert sorted(near(directed, NORTH)) == ["2", "6"]
        assert ids(directed, Term(Field.TITLE, "north")) == ["1", "2"]

    def test_vectors_of_several_articles_are_replaced_and_dropped(self, directed):
        directed.write([document("1", "East", vectors=vectors_of([EAST], [EAST, NORTH_EAST]))])
        assert sorted(near(directed, EAST, limit=2)) == ["1", "2"]
        directed.write([document("1", "Rewritten"), document("2", "Rewritten")])
        assert near(directed, EAST) == []

    def test_another_visibility_counts_at_once(self, directed):
        vectors = vectors_of([NORTH_EAST], [EAST])
        directed.write([document("2", "North-east", visibility="staff", vectors=vectors)])
        assert near(directed, EAST) == ["1"]
        assert directed.similarities(towards(EAST), ["1"]).keys() == {"1"}

    def test_deleting_drops_vectors(self, directed):
        directed.delete("en", ["2"], 2)
        assert near(directed, EAST) == ["1"]
        assert directed.similarities(towards(EAST), ["2"]) == {}

    def test_a_rebuild_brings_its_own_vectors(self, directed):
        rebuild = directed.rebuild("en", [document("7", "Seven", vectors=vectors_of([EAST]))])
        assert near(directed, EAST) == ["2", "1"]
        rebuild.write([document("8", "Eight", vectors=vectors_of([NORTH_EAST]))])
        rebuild.write([document("9", "Nine", vectors=vectors_of([NORTH]))])
        rebuild.delete(["9"])
        rebuild.swap()
        assert near(directed, EAST) == ["7", "8"]

    def test_an_index_without_vectors_takes_some(self, filled):
        assert near(filled, EAST) == []
        assert filled.similarities(towards(EAST), ["1"]) == {}
        filled.write([document("2", "Cancel an order", vectors=vectors_of([EAST]))])
        assert near(filled, EAST) == ["2"]

    # --- the rest of a question ---

    def test_visibility_filters_hits_counts_and_facets(self, filled):
        public = ask(filled, Term(Field.TITLE, "password"), facets=(Facet.TOPIC,))
        assert (public.total, public.facets) == (1, {Facet.TOPIC: {"10": 1, "11": 1}})
        everything = ids(filled, Term(Field.TITLE, "password"), visibilities=("public", "staff"))
        assert sorted(everything) == ["1", "3"]

    def test_facets_count_all_matches_and_filters_narrow_them(self, filled):
        tree = AnyOf((Term(Field.TITLE, "password"), Term(Field.TITLE, "order")))
        found = ask(filled, tree, limit=1, facets=(Facet.TOPIC,))
        assert (len(found.hits), found.total) == (1, 2)
        assert found.facets == {Facet.TOPIC: {"10": 2, "11": 1}}
        narrowed = ask(filled, tree, filters={Facet.TOPIC: ("11",)}, facets=(Facet.TOPIC,))
        assert narrowed.total == 1
        assert narrowed.facets == {Facet.TOPIC: {"10": 1, "11": 1}}

    @pytest.mark.parametrize(
        ("tree", "total"),
        [
            (AnyOf((Term(Field.TEXT, "order"), Term(Field.TITLE, "order", 0.3))), 1),
            (AnyOf((Term(Field.TEXT, "link"), Term(Field.TITLE, "order"))), 2),
            (
                AnyOf(
                    (
                        Term(Field.TEXT, "password"),
                        Phrase(Field.TEXT, ("reset", "password")),
                        BestOf((Fuzzy(Field.WORDS, "ordr"), Term(Field.TITLE, "password"))),
                        Ids(("2",), 1000.0),
                    )
                ),
                2,
            ),
            (AllOf((Term(Field.TEXT, "password"),), (Term(Field.TEXT, "order"),)), 1),
        ],
    )
    def test_facets_leave_hits_scores_and_the_total_alone(self, filled, tree, total):
        plain, counted = ask(filled, tree), ask(filled, tree, facets=(Facet.TOPIC,))
        assert counted.hits == plain.hits
        assert counted.total == plain.total == total
        assert counted.facets[Facet.TOPIC]["10"] == total

    def test_pages(self, engine):
        engine.write([document(str(i), "same words") for i in range(5)])
        tree = Term(Field.TITLE, "word")
        pages = [ids(engine, tree, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
        assert sorted(chain.from_iterable(pages)) == ["0", "1", "2", "3", "4"]
        assert [len(page) for page in pages] == [2, 2, 1, 0]

    def test_known_terms_sees_only_what_the_viewer_may_read(self, filled):
        assert filled.known_terms("en", ["password", "rule", "nowhere"], PUBLIC) == {"password"}
        assert filled.known_terms("en", ["rule"], ("public", "staff")) == {"rule"}
        assert filled.known_terms("en", [], PUBLIC) == frozenset()

    def test_known_terms_after_replacements_and_deletions(self, filled):
        for _ in range(3):  # documents that are gone still count in a segment's frequencies
            filled.write([document("1", "Reset your password"), document("3", "Secret words")])
        everybody = ("public", "staff")
        assert filled.known_terms("en", ["password", "secret", "rule"], everybody) == {
            "password",
            "secret",
        }
        filled.write([document("3", "Password rules", visibility="staff")])
        filled.delete("en", ["1"], 9)
        assert filled.known_terms("en", ["password", "secret", "rule"], PUBLIC) == frozenset()
        assert filled.known_terms("en", ["password", "rule"], everybody) == {"password", "rule"}

    def test_whether_anything_matches(self, filled):
        def matches(root, locale="en", visibilities=PUBLIC):
            return filled.matches_any(EngineQuery(root, locale, visibilities))

        assert matches(Prefix(Field.TITLE_KEYS, "resetyour"))
        assert not matches(Prefix(Field.TITLE_KEYS, "resetmy"))
        assert not matches(Term(Field.TEXT, "rule"))
        assert matches(Term(Field.TEXT, "rule"), visibilities=("public", "staff"))
        assert not matches(Term(Field.TEXT, "password"), locale="ja")

    # --- writing ---

    def test_writing_twice_replaces(self, filled):
        filled.write([document("1", "Change your address")])
        assert ids(filled, Term(Field.TITLE, "password")) == []
        assert ids(filled, Term(Field.TITLE, "address")) == ["1"]
        assert filled.status().documents == {"en": 3, "ja": 1}

    def test_delete_takes_absent_ids_too(self, filled):
        filled.delete("en", ["1", "999"], 2)
        assert ids(filled, Term(Field.TITLE, "password")) == []
        filled.delete("xx", ["1"], 3)

    def test_digests(self, filled):
        assert filled.digests("en") == {"1": "d", "2": "d", "3": "d"}
        assert filled.digests("xx") == {}

    def test_terms_of_any_script_survive(self, engine):
        terms = ("v2.3", "err1042", "パスワード", "c++", "🍵")
        engine.write([document("1", "x")])
        engine.write([IndexDocument("2", "en", "public", 1, "d", {Field.TITLE: terms})])
        for term in terms:
            assert ids(engine, Term(Field.TITLE, term)) == ["2"]

    # --- rebuild ---

    def test_rebuild_is_unseen_until_swapped(self, filled):
        rebuild = filled.rebuild("en", [document("7", "New words")])
        assert rebuild.documents == 1
        assert ids(filled, Term(Field.TITLE, "password")) == ["1"]
        rebuild.write([document("8", "Newer words")])
        rebuild.delete(["7"])
        rebuild.swap()
        assert ids(filled, Term(Field.TITLE, "password")) == []
        assert ids(filled, Term(Field.TITLE, "word")) == ["8"]
        assert filled.status().documents == {"en": 1, "ja": 1}

    def test_a_discarded_rebuild_leaves_nothing(self, filled):
        filled.rebuild("en", [document("7", "New words")]).discard()
        assert filled.status().documents == {"en": 3, "ja": 1}
        assert ids(filled, Term(Field.TITLE, "password")) == ["1"]
