"""Lists of synonyms from CSV."""

import pytest

from search.query.rules import rules_for
from search.tuning import importing, rule_set
from search.tuning.importing import plan_import, save_import
from search.tuning.models import Synonym
from search.tuning.rules import rules_version
from tests.search.tuning.factories import SynonymFactory

pytestmark = pytest.mark.django_db

HEAD = "locale,kind,words,note\n"


def plan(rows, head=HEAD):
    return plan_import((head + rows).encode())


def test_reads_rules_of_every_language_and_kind():
    found = plan(
        'en,two_way,"parcel, box",why\nja,two_way,"領収書、レシート",\n\nen,one_way,tv -> telly,\n'
    )
    assert (found.problems, found.known) == ((), 0)
    save_import(found)
    assert list(Synonym.objects.order_by("pk").values_list("locale", "kind", "words", "note")) == [
        ("en", "two_way", "parcel, box", "why"),
        ("ja", "two_way", "領収書, レシート", ""),
        ("en", "one_way", "tv → telly", ""),
    ]


def test_is_in_force_afterwards():
    before = rules_version("en")
    save_import(plan('en,two_way,"parcel, box",\n'))
    assert rules_version("en") > before
    assert ("parcel",) in rules_for("en").synonyms


def test_a_second_import_adds_nothing():
    rows = 'en,two_way,"parcel, box",\nen,one_way,tv → telly,\n'
    save_import(plan(rows))
    again = plan(rows)
    assert (again.synonyms, again.known, again.problems) == ((), 2, ())


def test_every_problem_is_named_with_its_row():
    SynonymFactory(words="tv → telly", kind="one_way")
    found = plan(
        'en,two_way,parcel,\nxx,two_way,"a1, b1",\nen,one_way,telly → tv,\n'
        'en,two_way,"c1, d1",\nen,two_way,"d1, c1",\nen,three,"e1, f1",\nen,two_way,,\n'
    )
    assert [problem.split(":")[0] for problem in found.problems] == [
        f"Row {number}" for number in (2, 3, 4, 6, 7, 8)
    ]
    assert "circle" in found.problems[2]
    assert "already" in found.problems[3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The first row has to name the columns"),
        (b"en,two_way,a b", "The first row has to name the columns"),
        ("locale,kind,words\nja,two_way,返品".encode("shift_jis"), "not a CSV file in UTF-8"),
        (b"\x00\xff\xfe", "not a CSV file in UTF-8"),
        (b"x" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_what_is_no_list_is_refused(content, message):
    (problem,) = plan_import(content).problems
    assert message in problem


def test_too_many_rules(monkeypatch):
    monkeypatch.setattr(importing, "MAX_RULES", 1)
    found = plan("".join(f'en,two_way,"a{n}, b{n}",\n' for n in range(3)))
    assert found.problems == ("The file has 3 rules; at most 2 are possible, 1 a language.",)


def test_too_many_rules_of_one_language(monkeypatch):
    monkeypatch.setattr(rule_set, "MAX_RULES", 2)
    found = plan("".join(f'en,two_way,"a{n}, b{n}",\n' for n in range(3)))
    assert "Row 4: A language has at most 2 rules" in found.problems[0]


def test_cells_that_were_neutralised_are_restored():
    found = plan("""en,two_way,"parcel, box",'=why\n""")
    assert found.synonyms[0].note == "=why"
