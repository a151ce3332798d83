"""Why an article stands where it stands: the product's own order, scores and decision."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from kb.models import Article
from kb.visibility import ANONYMOUS, Viewer, Visibility
from search import engines
from search.engines.base import EngineQuery, EngineUnavailable, Field, Prefix
from search.indexing.embedding_job import embed_waiting
from search.indexing.feeding import feed_indexes
from search.query.absence import Absence
from search.query.clause_groups import ClauseGroup, group_of, group_scores, scores_by
from search.query.evidence import evidence
from search.query.explain import Absent, Verdict, explain
from search.query.pipeline import search
from search.query.rank import Contributions, contributions
from search.query.retrieve import POOL, retrieve
from search.query.rules import NO_RULES, Promotion, QueryRules, Thresholds, trying
from search.query.synonyms import SynonymRule, synonym_table
from search.query.trees import search_tree
from search.query.understand import Question
from search.query.values import SearchRequest
from search.query.words_met import Synonym, words_met
from tests.factories import ArticleFactory, paragraph
from tests.search.engines.documents import document

STAFF = Viewer(Visibility.STAFF)
PUBLIC = ("public",)
CARDS = ("gift card", "voucher")
SYNONYMS = QueryRules(synonyms=synonym_table([SynonymRule(CARDS, CARDS)], "en"))
LONG = (
    "My gift card is refused. I bought it in a store last week, the number is right, and I have "
    "tried it twice: what may be wrong with the card?"
)


def asked(text, locale="en", article=None, viewer=ANONYMOUS):
    return explain(SearchRequest(text, locale, viewer), article.pk if article else None)


def titles(explanation):
    return [one.article.title for one in explanation.results]


# --- the groups ---------------------------------------------------------------------------------


class TestGroups:
    @pytest.fixture
    def filled(self, engine):
        engine.write(
            [
                document("1", "Redeem a gift card", "Enter the number of your gift card."),
                document("2", "Where is the voucher", "In your account, below the store credit."),
                document("3", "Shops", "Every store takes your card, week by week."),
                document("4", "Delivery", "A voucher or a gift card may be refused."),
                document(
                    "6", "領収書の発行", "会計から出せます。領収書は一度だけです。", locale="ja"
                ),
                document("7", "返品の方法", "領収書を送ってください。", locale="ja"),
            ]
        )
        return engine

    def explained(self, engine, text, locale):
        """Hits by words, and what each group scored on them."""
        with trying("en", SYNONYMS):
            question = Question.read(text, locale)
        tree = search_tree(question, lambda terms: engine.known_terms(locale, terms, PUBLIC))
        hits = engine.search(EngineQuery(tree, locale, PUBLIC)).hits
        scores = scores_by(engine, locale, PUBLIC, [hit.id for hit in hits])
        return hits, group_scores(tree, scores)

    @pytest.mark.parametrize(
        ("text", "locale", "group"),
        [
            ("redeem a gift card", "en", ClauseGroup.WHOLE_TITLE),
            ("voucher", "en", ClauseGroup.SYNONYMS),
            ("store card", "en", ClauseGroup.TEXT),
            ("redeem", "en", ClauseGroup.TITLE),
            ("label", "en", ClauseGroup.LABELS),
            ("delivrey", "en", ClauseGroup.SPELLING),
            (LONG, "en", ClauseGroup.OPENING),
            ("領収書の発行", "ja", ClauseGroup.NEIGHBOURS),
            ("へんぴん", "ja", ClauseGroup.SOUND),
        ],
    )
    def test_groups_add_up_to_the_lexical_score(self, filled, text, locale, group):
        if group is ClauseGroup.LABELS:
            labelled = document("5", "Parcels")
            filled.write([replace(labelled, fields={**labelled.fields, Field.LABELS: ("label",)})])
        hits, groups = self.explained(filled, text, locale)
        assert hits
        for hit in hits:
            total = sum(of.get(hit.id, 0.0) for of in groups.values())
            assert total == pytest.approx(hit.score, rel=1e-4), hit.id
        assert max(groups[group].values()) > 0

    def test_what_a_synonym_adds_is_a_group_of_its_own(self, filled):
        hits, groups = self.explained(filled, "voucher", "en")
        assert {hit.id for hit in hits} == {"1", "2", "4"}
        assert groups[ClauseGroup.SYNONYMS]["1"] > 0
        assert groups[ClauseGroup.TEXT]["1"] == 0
        assert groups[ClauseGroup.SYNONYMS]["2"] == pytest.approx(0, abs=1e-5)
        assert groups[ClauseGroup.TEXT]["2"] > 0


@pytest.mark.parametrize(
    "text", ["gift card", "pasword sent", LONG, "へんぴん", "返品の送料", "v2.3"]
)
def test_every_clause_of_a_question_has_a_group(text):
    with trying("en", SYNONYMS):
        tree = search_tree(Question.read(text, "en"), lambda terms: frozenset())
    clauses = []
    group_scores(tree, lambda nodes: clauses.extend(nodes) or {})
    assert clauses
    assert ClauseGroup.OTHER not in group_scores(tree, lambda nodes: {})


def test_labels_speak_of_a_synonym_in_any_order():
    article = document("1", "Presents", "A card for a gift.")
    labelled = replace(article, fields={**article.fields, Field.LABELS: ("card", "tea", "gift")})
    with trying("en", SYNONYMS):
        question = Question.read("voucher", "en")
    assert words_met(question, article, None).missing == ("voucher",)
    met = words_met(question, labelled, None)
    assert (met.missing, met.synonyms) == ((), (Synonym("voucher", "gift card"),))


def test_a_new_kind_of_clause_is_not_lost():
    assert group_of(Prefix(Field.TITLE_KEYS, "passw")) is ClauseGroup.OTHER


# --- the results --------------------------------------------------------------------------------


@pytest.fixture
def with_meaning(articles, account, index):
    """The small site and its vectors."""
    articles["delivery"] = ArticleFactory(
        parent=account,
        title="When your parcel comes",
        body=paragraph(
            "<p>We pack orders in the order they arrive, and every box leaves with a note. "
            "Our drivers start early and know the district they serve very well. Each round is "
            "planned on the evening before, street by street, by two people. They have done so "
            "since we opened our first shop, and they would not have it any other way.</p>"
            "<p>A courier rings twice. If nobody opens, your neighbour may take it, "
            "or you collect it from the depot for seven days.</p>"
        ),
    )
    index()
    while embed_waiting():
        pass
    feed_indexes(wait=True)
    return articles


class TestResults:
    @pytest.mark.parametrize("viewer", [ANONYMOUS, STAFF])
    @pytest.mark.parametrize("text", ["password", "shipment turning up", "cancel my order"])
    def test_the_order_is_the_products(self, with_meaning, text, viewer):
        shown = search(SearchRequest(text, "en", viewer)).results
        found = asked(text, viewer=viewer).results
        assert [str(one.article.id) for one in found] == [result.id for result in shown]
        assert [one.place for one in found] == list(range(1, len(found) + 1))

    def test_contributions_are_those_that_rank(self, with_meaning):
        request = SearchRequest("cancel my order", "en")
        found = retrieve(request, Question.read(request.text, "en"), limit=POOL)
        ranked = contributions(found.lexical, found.similarities)
        first, *_ = explain(request).results
        assert first.contributions == ranked[str(first.article.id)]._asdict()
        assert first.contributions["passage"] > 0
        assert first.strength == pytest.approx(1)

    def test_shares_are_of_the_articles_total(self, with_meaning):
        for one in asked("cancel my order").results:
            assert sum(one.shares.values()) == pytest.approx(1)
            if one.contributions["words"]:
                words = sum(one.group_shares.values())
                assert words == pytest.approx(one.shares["words"], rel=1e-4)

    def test_the_passage_that_answers_is_named(self, with_meaning):
        first, *_ = asked("not at home at delivery").results
        assert first.article.title == "When your parcel comes"
        assert "neighbour" in first.passage.text
        assert first.has_vectors

    def test_words_alone_while_there_are_no_vectors(self, articles):
        found = asked("cancel elephants")
        (one,) = found.results
        assert found.by_meaning is one.has_vectors is False
        assert one.passage is None
        assert one.shares == dict.fromkeys(Contributions._fields, 0.0) | {"words": 1.0}

    def test_words_are_named_by_field(self, articles):
        (one, *_) = asked("Reset of password link, kettle").results
        assert one.words.title == ("Reset", "password")
        assert one.words.labels == ()
        assert one.words.text == ("Reset", "password", "link")
        assert one.words.missing == ("kettle",)

    def test_labels_are_told_apart(self, articles):
        found = {one.article.title: one.words for one in asked("account order").results}
        assert found["Cancel an order"].labels == ("account",)
        assert found["Cancel an order"].text == ("order",)

    def test_synonyms_are_named_as_the_article_spells_them(self, articles):
        rule = SynonymRule(("call off",), ("cancelling orders",))
        with trying("en", QueryRules(synonyms=synonym_table([rule], "en"))):
            (one,) = asked("call off").results
        assert one.words.synonyms == (Synonym("call off", "Cancel an order"),)
        assert one.words.missing == ()
        assert one.groups[ClauseGroup.SYNONYMS] > 0

    def test_japanese(self, articles):
        found = asked("返品したい、領収書", "ja")
        assert titles(found) == ["返品したい"]
        assert found.results[0].words.title == ("返品",)
        assert "領収" in found.results[0].words.missing

    def test_words_of_no_article_are_told(self, articles):
        assert asked("reset pasword").unknown == ("pasword",)

    def test_more_words_than_are_looked_for(self, articles):
        assert asked(" ".join(f"w{n}" for n in range(65))).cut
        assert not asked(" ".join(f"w{n}" for n in range(64))).cut

    def test_pinned(self, articles):
        rules = replace(NO_RULES, promotions={"password": (Promotion(articles["cancel"].pk),)})
        with trying("en", rules):
            found = asked("password")
        assert [(one.article.title, one.pinned) for one in found.results] == [
            ("Cancel an order", True),
            ("Reset your password", False),
        ]
        assert set(found.results[0].shares.values()) == {0.0}
        assert found.verdict is Verdict.PINNED

    def test_what_the_viewer_may_not_read_is_not_there(self, articles):
        assert titles(asked("password")) == ["Reset your password"]
        assert "Password secrets" in titles(asked("password", viewer=STAFF))

    def test_an_engine_that_is_out(self, articles, monkeypatch):
        def out(query):
            raise EngineUnavailable("down")

        monkeypatch.setattr(engines.embedded(), "search", out)
        with pytest.raises(EngineUnavailable):
            asked("password")


class TestVerdict:
    """The same decision as the results page, with its reason."""

    @pytest.mark.parametrize(
        ("text", "threshold", "expected"),
        [
            ("cancel my order", 0.01, Verdict.ANSWERED),
            ("shipment turning up", 5.0, Verdict.NO_ANSWER),
            ("reset password", 5.0, Verdict.SHORT_ANSWER),
            ("cancel", 5.0, Verdict.NAMED),
            ("packed", 5.0, Verdict.NO_ANSWER),  # in the text alone
            ("cancel elephants", 5.0, Verdict.NO_ANSWER),
            ("cancel my order", None, Verdict.NOT_MEASURED),
            ("???", 5.0, Verdict.NOTHING_FOUND),
            ("order KB-4711", None, Verdict.UNKNOWN_CODE),
        ],
    )
    def test_with_meaning(self, with_meaning, text, threshold, expected):
        least = threshold and Thresholds(threshold, cosine=5.0, words=threshold)
        with trying("en", replace(NO_RULES, thresholds=least)):
            found = asked(text)
            page = search(SearchRequest(text, "en")).outcome
        assert found.verdict is expected
        unanswered = (Verdict.NO_ANSWER, Verdict.UNKNOWN_CODE, Verdict.NOTHING_FOUND)
        assert page.no_answer is (expected in unanswered)
        assert found.threshold == threshold
        assert (found.evidence > 0) is bool(found.total)

    def test_in_another_language(self, with_meaning):
        with trying("en", replace(NO_RULES, thresholds=Thresholds(5.0, cosine=0.2, words=0.0))):
            assert asked("荷物の配達に不在だった").verdict is Verdict.BY_MEANING

    def test_in_latin_letters(self, with_meaning):
        with trying("ja", replace(NO_RULES, thresholds=Thresholds(5.0, cosine=5.0, words=0.0))):
            assert asked("henpins", locale="ja").verdict is Verdict.BY_SOUND

    def test_in_latin_letters_that_are_words_of_articles(self, with_meaning):
        assert asked("henpin", locale="ja").read_as == "返品"
        assert asked("返品", locale="ja").read_as == ""

    @pytest.mark.parametrize(
        ("least", "expected"), [(0.0, Verdict.ANSWERED), (5.0, Verdict.NO_ANSWER)]
    )
    def test_by_words_alone(self, articles, settings, least, expected):
        settings.EMBEDDER = "off"
        with trying("en", replace(NO_RULES, thresholds=Thresholds(0.0, 0.0, words=least))):
            found = asked("cancel elephants")
        assert (found.verdict, found.threshold) == (expected, least)

    def test_as_what_was_meant(self, with_meaning):
        question = Question.read("cancel an ordr", "en")
        low = evidence(retrieve(SearchRequest(question.text, "en"), question, limit=5))
        least = Thresholds(low + 0.01, 5.0, 0.0)
        with trying("en", replace(NO_RULES, thresholds=least)):
            assert asked("cancel an ordr").verdict is Verdict.AS_MEANT


# --- an article that was asked about ------------------------------------------------------------


class TestChosen:
    @pytest.fixture
    def many(self, articles, account, index):
        """Sixty articles that hold the word twice, and one more that holds it once."""
        for n in range(POOL):
            ArticleFactory(parent=account, title=f"Kettle {n}", body=paragraph("<p>kettle</p>"))
        last = ArticleFactory(parent=account, title="Teapots", body=paragraph("<p>A kettle</p>"))
        index()
        return last

    def test_one_of_the_first(self, articles):
        found = asked("password", article=articles["reset"])
        assert found.chosen == found.results[0]

    def test_one_further_down(self, many):
        order = [hit.id for hit in retrieve(*_request("kettle"), limit=POOL).result.hits]
        found = asked("kettle", article=Article.objects.get(pk=order[30]))
        assert found.chosen.place == 31
        assert found.chosen.groups[ClauseGroup.TITLE] > 0
        assert len(found.results) == 10

    def test_beyond_the_candidates(self, many):
        chosen = asked("kettle stain", article=many).chosen
        assert chosen.reason is Absence.BEYOND
        assert chosen.words.text == ("kettle",)
        assert chosen.words.missing == ("stain",)

    def reason(self, article, text="password", viewer=ANONYMOUS):
        chosen = asked(text, article=article, viewer=viewer).chosen
        assert isinstance(chosen, Absent)
        assert chosen.title == article.title
        return chosen.reason

    def test_no_match(self, articles):
        assert self.reason(articles["cancel"]) is Absence.NO_MATCH

    def test_no_words_at_all(self, articles):
        assert self.reason(articles["cancel"], text="???") is Absence.NO_MATCH

    def test_not_published(self, articles):
        assert self.reason(articles["draft"]) is Absence.NOT_PUBLISHED

    @pytest.mark.parametrize(
        "state",
        [
            {"expire_at": timezone.now() - timedelta(hours=1)},  # Wagtail has yet to unpublish it
            {"expired": True, "live": False},
        ],
    )
    def test_expired(self, articles, state):
        Article.objects.filter(pk=articles["reset"].pk).update(**state)
        assert self.reason(articles["reset"]) is Absence.EXPIRED

    def test_other_language(self, articles):
        assert self.reason(articles["ja"]) is Absence.OTHER_LANGUAGE

    def test_never_searched(self, articles):
        PageViewRestriction.objects.create(
            page=articles["reset"], restriction_type=PageViewRestriction.PASSWORD, password="x"
        )
        assert self.reason(articles["reset"]) is Absence.NEVER_SEARCHED

    def test_closed_to_this_viewer(self, articles):
        assert self.reason(articles["staff"]) is Absence.CLOSED
        found = asked("password", article=articles["staff"], viewer=STAFF)
        assert found.chosen in found.results

    def test_waiting_to_be_indexed(self, articles, account):
        new = ArticleFactory(parent=account, title="Password anew")
        assert self.reason(new) is Absence.WAITING

    def test_unknown(self, articles):
        with pytest.raises(Article.DoesNotExist):
            explain(SearchRequest("password", "en"), 999_999)


def _request(text):
    return SearchRequest(text, "en"), Question.read(text, "en")
