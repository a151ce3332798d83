"""What counts ask for instead of a question's whole tree."""

from search.engines.base import AllOf, AnyOf, BestOf, Field, Fuzzy, Ids, Phrase, Prefix, Term
from search.engines.matching import matching

RESET, PASSWORD = Term(Field.TEXT, "reset"), Term(Field.TEXT, "password")


def test_what_the_text_holds_anyway_is_left_out():
    tree = AnyOf(
        (
            RESET,
            PASSWORD,
            Term(Field.TITLE, "reset", 0.3),
            Term(Field.TEXT, "reset", 0.5),
            Phrase(Field.TEXT, ("reset", "password"), boost=0.3),
        )
    )
    assert matching(tree) == AnyOf((RESET, PASSWORD))


def test_what_the_text_need_not_hold_stays():
    clauses = (
        RESET,
        Term(Field.TITLE, "rules"),
        Term(Field.LABELS, "reset"),
        Phrase(Field.TEXT, ("two", "words")),
        Fuzzy(Field.WORDS, "pasword"),
        Prefix(Field.TITLE_KEYS, "reset"),
    )
    assert matching(AnyOf(clauses)) == AnyOf(clauses)


def test_alternatives_within_alternatives_are_one_list():
    best = BestOf((PASSWORD, AnyOf((RESET, Phrase(Field.TEXT, ("secret", "word"))))))
    tree = AnyOf((AnyOf((best, Term(Field.TITLE, "reset"))), Ids(("1",), 1000.0)))
    assert matching(tree) == AnyOf(
        (PASSWORD, RESET, Phrase(Field.TEXT, ("secret", "word")), Ids(("1",), 1000.0))
    )


def test_all_that_is_required_stays_required():
    required = AllOf((AnyOf((RESET, Term(Field.TITLE, "reset"))), PASSWORD), (Ids(("1",)),))
    assert matching(required) == AllOf((AnyOf((RESET,)), PASSWORD))
    assert matching(AnyOf((required, RESET))) == AnyOf((matching(required), RESET))


def test_a_minimum_is_kept_as_it_is():
    two_of_three = AnyOf((RESET, PASSWORD, Term(Field.TITLE, "reset")), minimum=2)
    assert matching(two_of_three) == two_of_three
    assert matching(AnyOf((two_of_three, RESET))) == AnyOf((two_of_three, RESET))


def test_optional_clauses_alone_are_kept():
    either = AllOf((), (RESET, Term(Field.TITLE, "reset")))
    assert matching(either) == either
