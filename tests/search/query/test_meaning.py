"""Search by meaning, from question to page, with the bundled model."""

from dataclasses import replace

import pytest

from kb.visibility import Viewer, Visibility
from search.indexing.embedding_job import embed_waiting
from search.indexing.feeding import feed_indexes
from search.query.pipeline import search, suggest
from search.query.rules import NO_RULES, Promotion, trying
from search.query.values import Mode, SearchRequest
from tests.factories import ArticleFactory, paragraph

STAFF = Viewer(Visibility.STAFF)


@pytest.fixture
def with_meaning(articles, account, index):
    """The small site, its vectors made and indexed."""
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


def found(text, locale="en", **options):
    results = search(SearchRequest(text, locale, **options))
    return [result.title.text for result in results.results]


def test_other_words_for_the_same_are_found(with_meaning):
    assert found("shipment turning up")[0] == "When your parcel comes"


def test_what_a_reader_may_not_read_is_not_found_by_meaning_either(with_meaning):
    assert "Password secrets" not in found("confidential credentials")
    assert "Password secrets" in found("confidential credentials", viewer=STAFF)


def test_what_changes_after_indexing_is_gone_at_once(with_meaning):
    with_meaning["delivery"].unpublish()
    assert "When your parcel comes" not in found("shipment turning up")


def test_the_excerpt_is_the_passage_that_answers(with_meaning):
    (first, *_) = search(SearchRequest("not at home at delivery", "en")).results
    assert "neighbour" in first.excerpt.text


def test_below_the_threshold_the_page_says_no_answer_and_shows_what_is_near(with_meaning):
    with trying("en", replace(NO_RULES, threshold=5.0)):
        results = search(SearchRequest("shipment turning up", "en"))
    assert results.outcome.no_answer
    assert results.results


def test_an_answer_that_speaks_of_all_that_was_asked_is_an_answer(with_meaning):
    with trying("en", replace(NO_RULES, threshold=5.0)):
        results = search(SearchRequest("reset password", "en"))
    assert results.answer is not None
    assert not results.outcome.no_answer


def test_a_correction_that_leads_nowhere_is_not_offered(with_meaning):
    assert search(SearchRequest("reset pasword", "en")).did_you_mean is not None
    with trying("en", replace(NO_RULES, threshold=5.0)):
        assert search(SearchRequest("reset pasword", "en")).did_you_mean is None


def test_without_an_embedder_words_go_on(with_meaning, settings):
    settings.EMBEDDER = "off"
    assert found("password") == ["Reset your password"]
    assert found("shipment turning up") == []


def test_queries(with_meaning, django_assert_num_queries):
    search(SearchRequest("password", "en"))
    with django_assert_num_queries(6):
        search(SearchRequest("password", "en"))


def test_suggestions_cost_no_query_more(with_meaning, django_assert_num_queries):
    request = SearchRequest("parcel courier neighbour depot days", "en", mode=Mode.SUGGEST)
    suggest(request)
    with django_assert_num_queries(2):
        suggest(request)


class TestPinned:
    @staticmethod
    def rules(*articles):
        return replace(NO_RULES, promotions={"password": tuple(Promotion(a.pk) for a in articles)})

    def test_comes_first_and_counts(self, articles):
        with trying("en", self.rules(articles["cancel"])):
            results = search(SearchRequest("password", "en"))
        assert next(r.title.text for r in results.results) == "Cancel an order"
        assert results.outcome.total == len(results.results)

    def test_is_for_readers_who_may_read_it(self, articles):
        with trying("en", self.rules(articles["staff"])):
            assert found("password") == ["Reset your password"]
            assert found("password", viewer=STAFF)[0] == "Password secrets"

    def test_comes_first_among_suggestions(self, articles):
        with trying("en", self.rules(articles["cancel"])):
            answer = suggest(SearchRequest("password", "en", mode=Mode.SUGGEST))
        assert answer.suggestions[0].title.text == "Cancel an order"
