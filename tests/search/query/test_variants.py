"""Words that are written in more than one way find each other, on every engine."""

import pytest

from search.query.pipeline import search
from search.query.retrieve import Asked, ask
from search.query.rules import QueryRules, trying
from search.query.synonyms import SynonymRule, synonym_table
from search.query.understand import Question
from search.query.values import Mode, SearchRequest
from search.query.variants import with_variants
from tests.factories import ArticleFactory, paragraph
from tests.search.engines.documents import document

PUBLIC = ("public",)


@pytest.fixture
def filled(engine):
    engine.write(
        [
            document("1", "Redeem a gift card", "Enter its number."),
            document("2", "Timeouts", "A timeout ends the session of an idle user."),
            document("3", "Set up a printer", "Take time: the ink may run out, card by card."),
            document("4", "Restart", "A restart and a start are the same."),
            document("5", "Giftwrap", "Your gift, wrapped.", visibility="staff"),
            document("6", "giftcard を使う", "番号を入れます。", locale="ja"),
        ]
    )
    return engine


def ids(engine, text, locale="en", visibilities=PUBLIC, mode=Mode.SEARCH):
    asked = Asked(Question.read(text, locale), mode, visibilities)
    return [hit.id for hit in ask(engine, None, asked, limit=10).result.hits]


def variants(engine, text, locale="en", visibilities=PUBLIC, *, in_progress=False):
    question = with_variants(
        Question.read(text, locale), engine, visibilities, in_progress=in_progress
    )
    return {expansion.terms: expansion.alternatives for expansion in question.synonyms}


def test_a_word_finds_what_is_written_apart(filled):
    assert ids(filled, "giftcards")[0] == "1"
    assert ids(filled, "setup")[0] == "3"


def test_words_find_what_is_written_together(filled):
    assert ids(filled, "session time out")[0] == "2"
    assert ids(filled, "gift card", locale="ja") == ["6"]


def test_only_what_articles_write_counts(filled):
    assert variants(filled, "giftcard") == {("giftcard",): (("gift", "card"),)}
    assert variants(filled, "printer card") == {}
    assert variants(filled, "cardgift") == {}  # both words are known, side by side nowhere


def test_a_prefix_is_no_word(filled):
    filled.write([document("7", "Again", "re start")])
    assert variants(filled, "restart") == {}


def test_what_nobody_here_may_read_is_not_known(filled):
    assert variants(filled, "gift wrap") == {}
    assert variants(filled, "gift wrap", visibilities=("public", "staff")) == {
        ("gift", "wrap"): (("giftwrap",),)
    }


def test_words_stand_side_by_side_with_nothing_between(filled):
    assert variants(filled, "my time out") == {("time", "out"): (("timeout",),)}
    for apart in ("time, out", "time is out", "time\nout"):
        assert variants(filled, apart) == {}


def test_a_word_counts_once(filled):
    filled.write([document("7", "Outside", "An outcard.")])
    assert variants(filled, "time out card") == {("time", "out"): (("timeout",),)}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("colours", "color"),
        ("favorite", "favourite"),
        ("organizations", "organisation"),
        ("analysing", "analyze"),
        ("canceled", "cancelled"),
        ("center", "centres"),
        ("catalog", "catalogues"),
        ("licence", "licensed"),
        ("program", "programmes"),
    ],
)
def test_british_and_american_spellings_find_each_other(engine, asked, held):
    engine.write([document("1", "Of what", f"It is {held} here."), document("2", "Else", "No.")])
    assert ids(engine, asked) == ["1"]


def test_a_spelling_that_no_article_has_is_no_variant(filled):
    assert variants(filled, "failed error filter canceled") == {}


def test_a_word_in_progress_is_left_as_it_is(filled):
    assert variants(filled, "session time out", in_progress=True) == {}
    assert variants(filled, "time out session", in_progress=True)
    assert ids(filled, "session time out ", mode=Mode.SUGGEST)[0] == "2"


def test_what_has_a_synonym_keeps_it(filled):
    rules = QueryRules(synonyms=synonym_table([SynonymRule(("gift",), ("present",))], "en"))
    with trying("en", rules):
        assert variants(filled, "gift card") == {("gift",): (("present",),)}


@pytest.mark.django_db
class TestOnThePage:
    @pytest.fixture
    def portal(self, account, index):
        body = paragraph("<p>A gift card is a present. Keep your gift cards safe.</p>")
        ArticleFactory(parent=account, title="Redeem a gift card", body=body)
        ArticleFactory(parent=account, title="A girt oak", body=paragraph("<p>Trees.</p>"))
        index()

    def test_it_is_highlighted_and_no_mistake(self, portal):
        found = search(SearchRequest("giftcard", "en"))
        first = found.results[0]
        assert first.title.text == "Redeem a gift card"
        assert [first.title.text[start:end] for start, end in first.title.spans] == ["gift", "card"]
        assert first.excerpt.spans
        assert found.did_you_mean is None
