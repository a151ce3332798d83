"""Words that are written in more than one way find each other, on every engine."""

import pytest

from search.query.pipeline import search
from search.query.retrieve import Asked, ask
from search.query.rules import QueryRules, trying
from search.query.synonyms import MAX_ALTERNATIVE_TERMS, SynonymRule, synonym_table
from search.query.understand import Question
from search.query.values import Mode, SearchRequest
from search.query.variants import MOST_CUTS, with_variants
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


def variants(engine, text, locale="en", visibilities=PUBLIC, left=()):
    question = with_variants(Question.read(text, locale), engine, visibilities, left)
    return {expansion.terms: expansion.alternatives for expansion in question.synonyms}


def test_a_word_finds_what_is_written_apart(filled):
    assert ids(filled, "giftcards")[0] == "1"
    assert ids(filled, "setup")[0] == "3"


def test_words_find_what_is_written_together(filled):
    assert ids(filled, "session time out")[0] == "2"
    assert ids(filled, "gift card", locale="ja") == ["6"]


def test_a_stop_word_may_be_half_of_a_word(filled):
    filled.write([document("7", "Login page", "Here.")])
    assert variants(filled, "how do I log in there") == {("log",): (("login",),)}
    assert ids(filled, "log in") == ["7"]


def test_only_what_articles_write_counts(filled):
    assert variants(filled, "giftcard") == {("giftcard",): (("gift", "card"),)}
    assert variants(filled, "printer card") == {}
    assert variants(filled, "cardgift") == {}  # both words are known, side by side nowhere


def test_a_word_that_articles_hold_is_not_cut(filled):
    filled.write(
        [document("7", "A carpet", "Clean it."), document("8", "Insurance", "A car, pet.")]
    )
    assert variants(filled, "carpet") == {}


def test_a_prefix_is_no_word(filled):
    filled.write([document("7", "Again", "re create")])
    assert variants(filled, "recreate") == {}


@pytest.mark.parametrize("text", ["is the user able to", "not able to", "gift gift", "time. Out"])
def test_words_that_only_look_like_one(filled, text):
    body = "The users. A notable giftgift."
    filled.write([document("7", "Able", body), document("8", "Timeouts", "Time.")])
    assert variants(filled, text) == {}


def test_a_pasted_text_asks_for_few_cuts_and_adds_few_words(engine):
    names = [chr(97 + n // 26) * 3 + chr(97 + n % 26) * 3 for n in range(200)]
    engine.write(
        [document(str(n), name, f"{name} {name}x {name}our") for n, name in enumerate(names)]
    )
    assert len(variants(engine, " ".join(f"{one}{one}x" for one in names[:60]))) <= MOST_CUTS
    added = variants(engine, " ".join(f"{one}or" for one in names))
    assert 0 < sum(map(len, added.values())) <= MAX_ALTERNATIVE_TERMS


def test_what_nobody_here_may_read_is_not_known(filled):
    assert variants(filled, "gift wrap") == {}
    assert variants(filled, "gift wrap", visibilities=("public", "staff")) == {
        ("gift", "wrap"): (("giftwrap",),)
    }


def test_words_stand_side_by_side_with_nothing_between(filled):
    for beside in ("my time out", "time  out", "time\u3000out", "ｔｉｍｅ\u3000ｏｕｔ"):
        assert variants(filled, beside) == {("time", "out"): (("timeout",),)}
    for apart in ("time, out", "time is out", "time\nout"):
        assert variants(filled, apart) == {}


def test_a_word_counts_once(filled):
    filled.write([document("7", "Outside", "An outcard.")])
    assert variants(filled, "time out card") == {("time", "out"): (("timeout",),)}


def test_the_spelling_of_a_word_comes_before_a_compound(filled):
    filled.write([document("7", "Colours", "A colour and a colorprinter.")])
    assert variants(filled, "color printer") == {("color",): (("colour",),)}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("colours", "color"),
        ("favorite", "favourite"),
        ("organizations", "organisation"),
        ("analysing", "analyze"),
        ("customizable", "customisable"),
        ("neighborhood", "neighbourhoods"),
        ("center", "centres"),
        ("catalog", "catalogues"),
        ("licence", "licensing"),
        ("program", "programmes"),
    ],
)
def test_british_and_american_spellings_find_each_other(engine, asked, held):
    engine.write([document("1", "Of what", f"It is {held} here."), document("2", "Else", "No.")])
    assert ids(engine, asked) == ["1"]


def test_a_stem_that_has_lost_the_spelling_is_another_word(engine):
    engine.write([document("1", "Talk to a person", "The author."), document("2", "Colour", "No.")])
    assert variants(engine, "personalisation authorisation") == {}
    assert variants(engine, "color") == {("color",): (("colour",),)}


def test_what_is_left_stays_as_it_is(filled):
    assert variants(filled, "session time out", left={"out"}) == {}
    assert variants(filled, "time out session", left={"session"})


def test_a_word_in_progress_stays_while_words_go_on_from_it(filled):
    def looked_for(text):
        asked = Asked(Question.read(text, "en"), Mode.SUGGEST, PUBLIC)
        return [e.alternatives for e in ask(filled, None, asked, limit=5).question.synonyms]

    assert looked_for("session time out") == []
    assert looked_for("session time out ") == [(("timeout",),)]
    assert looked_for("giftcard") == [(("gift", "card"),)]


def test_a_word_in_progress_that_none_goes_on_from_may_be_written_otherwise(filled):
    assert ids(filled, "giftcard", mode=Mode.SUGGEST)[0] == "1"
    assert ids(filled, "giftcards", mode=Mode.SUGGEST)[0] == "1"


def test_a_rule_for_the_same_words_gains_them_and_for_others_stays(filled):
    rules = [SynonymRule(("giftcard",), ("voucher",)), SynonymRule(("time",), ("hour",))]
    with trying("en", QueryRules(synonyms=synonym_table(rules, "en"))):
        assert variants(filled, "giftcard") == {("giftcard",): (("voucher",), ("gift", "card"))}
        assert variants(filled, "time out") == {("time",): (("hour",),)}


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
