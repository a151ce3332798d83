"""Questions to trees: what is asked of the engine, and what is not."""

from collections import Counter

import pytest

from search.engines.base import AllOf, AnyOf, BestOf, Field, Phrase, Prefix, Term
from search.query.rules import QueryRules, trying
from search.query.synonyms import SynonymRule, synonym_table
from search.query.trees import COMPLETION_WEIGHT, LETTER_WEIGHT, search_tree, suggest_tree
from search.query.understand import MAX_TERMS, Question


def everything_known(terms):
    return set(terms)


def clauses(tree, kind):
    found = tree.required[0] if isinstance(tree, AllOf) else tree
    return [clause for clause in found.clauses if isinstance(clause, kind)]


def search(text, locale="en", known=everything_known):
    return search_tree(Question.read(text, locale), known)


def suggest(text, locale="en", known=everything_known, completions=()):
    return suggest_tree(Question.read(text, locale), known, completions)


def test_polite_endings_are_not_searched():
    tree = search("返品の方法を教えてください", "ja")
    searched = [clause.term for clause in clauses(tree, Term) if clause.field == Field.TEXT]
    assert searched == ["返品", "方法"]


def test_a_question_of_stop_words_is_searched_by_them():
    tree = search("what is it")
    assert [c.term for c in clauses(tree, Term) if c.field == Field.TEXT] == ["what", "is", "it"]


@pytest.mark.parametrize(
    ("make", "text", "locale", "negation"),
    [
        (search, "the parcel did not arrive", "en", "not"),
        (search, "荷物が届かない", "ja", "ない"),
        (suggest, "no refund f", "en", "no"),
        (suggest, "荷物が届かない", "ja", "ない"),
        (suggest, "荷物が届きません", "ja", "ない"),
    ],
)
def test_a_negation_ranks_and_finds_nothing_by_itself(make, text, locale, negation):
    tree = make(text, locale)
    assert isinstance(tree, AllOf)
    assert negation in {clause.term for clause in tree.optional if isinstance(clause, Term)}
    (found,) = tree.required
    assert negation not in {c.term for c in clauses(found, Term)}
    assert clauses(found, Term)


def test_a_japanese_negation_in_progress_begins_nothing_that_is_found():
    tree = suggest("荷物が届かない", "ja")
    assert {c.field for c in clauses(tree, Prefix)} == {Field.TITLE_KEYS, Field.READINGS}
    assert Field.TEXT in {c.field for c in tree.optional if isinstance(c, Prefix)}


def test_an_english_one_may_go_on():
    (found,) = suggest("email not").required
    assert Field.TEXT in {c.field for c in clauses(found, Prefix)}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (("not", "never"), "parcel not arriving"),
        (("not arriving", "late"), "parcel not arriving"),
        (("never", "not"), "parcel never arriving"),
    ],
)
def test_a_negation_finds_nothing_by_a_synonym(rule, text):
    table = synonym_table([SynonymRule(rule, rule)], "en")
    with trying("en", QueryRules(synonyms=table)):
        tree = search(text)
    terms = set()
    nodes = list(tree.required) if isinstance(tree, AllOf) else [tree]
    while nodes:
        node = nodes.pop()
        terms |= {node.term} if isinstance(node, Term) else set()
        nodes += node.clauses if isinstance(node, AnyOf | BestOf) else ()
    assert "not" not in terms
    assert {"parcel", "arriv"} <= terms


@pytest.mark.parametrize(("text", "locale"), [("not", "en"), ("no not", "en"), ("ない", "ja")])
def test_a_negation_alone_is_searched(text, locale):
    tree = search(text, locale)
    assert {c.term for c in clauses(tree, Term) if c.field == Field.TEXT} == {*text.split()}


def test_neighbouring_words_are_a_phrase():
    phrases = clauses(search("reset the password"), Phrase)
    assert [phrase.terms for phrase in phrases] == [("reset", "password")]


def test_nothing_to_look_for_is_no_tree():
    assert search("") is None
    assert search("?!") is None
    assert suggest("  ") is None


def test_a_pasted_page_is_asked_by_its_first_terms():
    tree = search(" ".join(f"word{i}" for i in range(5_000)))
    assert len([c for c in clauses(tree, Term) if c.field == Field.TEXT]) == MAX_TERMS
    assert len(tree.clauses) < 1_024  # Elasticsearch's limit


def test_ten_thousand_japanese_characters_stay_below_the_limit_of_clauses():
    assert len(search("返品交換注文配送" * 1_250, "ja").clauses) < 1_024


def test_typing_asks_for_titles_that_begin_so_and_words_that_begin_like_the_last():
    prefixes = clauses(suggest("Reset pass"), Prefix)
    assert [(p.field, p.prefix) for p in prefixes] == [
        (Field.TITLE_KEYS, "resetpass"),
        (Field.WORDS, "pass"),
        (Field.TEXT, "pass"),
    ]


def test_an_unfinished_katakana_word_is_whole_though_the_dictionary_cuts_it():
    prefixes = clauses(suggest("ニーダーザ", "ja"), Prefix)
    assert "ニーダーザ" in [p.prefix for p in prefixes if p.field == Field.TEXT]


def test_a_word_in_progress_may_be_finished_or_go_on():
    tree = suggest("reset pass", completions=("password", "passport"))
    [words] = clauses(tree, BestOf)
    assert words.clauses == (
        Term(Field.TEXT, "pass"),
        Term(Field.TEXT, "password", COMPLETION_WEIGHT),
        Term(Field.TEXT, "passport", COMPLETION_WEIGHT),
    )
    in_text = [term.term for term in clauses(tree, Term) if term.field == Field.TEXT]
    assert in_text == ["reset"]


def test_a_letter_begun_is_a_faint_word():
    assert Term(Field.TEXT, "c", LETTER_WEIGHT) in clauses(suggest("vitamin c"), Term)
    assert Term(Field.TEXT, "c") in clauses(suggest("vitamin c "), Term)
    assert Term(Field.TEXT, "c") in clauses(search("vitamin c"), Term)
    assert Term(Field.TEXT, "茶") in clauses(suggest("お茶", "ja"), Term)


def test_a_word_in_progress_that_nothing_goes_on_from_is_a_word():
    tree = suggest("reset pass")
    assert Term(Field.TEXT, "pass") in clauses(tree, Term)
    assert not clauses(tree, BestOf)


def test_synonyms_of_a_word_in_progress_stay():
    with trying("en", QueryRules(synonyms={("car",): (("auto",),)})):
        finished = clauses(suggest("red car "), BestOf)
        unfinished = clauses(suggest("red car", completions=("cargo",)), BestOf)
    text, *_ = unfinished
    assert text.clauses[1:] == (Term(Field.TEXT, "cargo", COMPLETION_WEIGHT),)
    assert text.clauses[0] in finished  # "car" or "auto"


def test_the_first_of_several_sentences_counts_more():
    tree = search("Printer offline after update?\n\nWe have three printers in the office.")
    counts = Counter(c.term for c in clauses(tree, Term) if c.field == Field.TEXT)
    assert (counts["offlin"], counts["offic"]) == (2, 1)


def test_after_a_space_no_word_is_in_progress():
    assert Field.WORDS not in [p.field for p in clauses(suggest("Reset "), Prefix)]


def test_kana_in_composition_asks_for_the_reading():
    prefixes = clauses(suggest("へんp", "ja"), Prefix)
    assert Prefix(Field.READINGS, "henp", 30.0) in prefixes


def test_the_kana_at_the_end_of_a_word_begin_none():
    begun = [p.prefix for best in clauses(suggest("取り消し", "ja"), BestOf) for p in best.clauses]
    assert begun == []
    (best,) = clauses(suggest("領収しょ", "ja"), BestOf)
    assert "sho" in [p.prefix for p in best.clauses]


def test_one_latin_letter_asks_for_no_reading():
    assert Field.READINGS not in [p.field for p in clauses(suggest("h", "ja"), Prefix)]


def test_trees_are_flat_sums():
    assert isinstance(suggest("reset"), AnyOf)
    assert isinstance(search("reset"), AnyOf)
