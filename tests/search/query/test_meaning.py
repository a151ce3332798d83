"""Search by meaning, from question to page, with the bundled model."""

from dataclasses import replace

import pytest

from kb.visibility import ANONYMOUS, Viewer, Visibility
from search.indexing.embedding_job import embed_waiting
from search.indexing.feeding import feed_indexes
from search.query.evidence import evidence
from search.query.pipeline import search, suggest
from search.query.retrieve import retrieve
from search.query.rules import NO_RULES, Promotion, Thresholds, trying
from search.query.understand import Question
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


def test_while_a_title_begins_as_typed_a_few_words_mean_nothing(with_meaning):
    def meant(text, viewer=ANONYMOUS):
        request = SearchRequest(text, "en", viewer=viewer, mode=Mode.SUGGEST)
        return retrieve(request, Question.read(text, "en"), limit=5).meaning is not None

    assert meant("parcel comes")
    assert not meant("parcel")
    assert not meant("when your parcel com")
    assert meant("password sec")  # the title is of staff alone
    assert not meant("password sec", STAFF)


def test_what_wraps_a_question_means_nothing_while_it_is_typed(with_meaning):
    def vector(text, mode):
        found = retrieve(SearchRequest(text, "en", mode=mode), Question.read(text, "en"), limit=5)
        return found.meaning.vector

    wrapped, bare = "Hello, I need help with my parcel and driver", "My parcel and driver"
    assert (vector(wrapped, Mode.SUGGEST) == vector(bare, Mode.SUGGEST)).all()
    assert (vector(wrapped, Mode.SEARCH) != vector(bare, Mode.SEARCH)).any()


def test_what_changes_after_indexing_is_gone_at_once(with_meaning):
    with_meaning["delivery"].unpublish()
    assert "When your parcel comes" not in found("shipment turning up")


def test_the_excerpt_is_the_passage_that_answers(with_meaning):
    (first, *_) = search(SearchRequest("not at home at delivery", "en")).results
    assert "neighbour" in first.excerpt.text


def test_below_the_threshold_the_page_says_no_answer_and_shows_what_is_near(with_meaning):
    with trying("en", replace(NO_RULES, thresholds=Thresholds(5.0, 5.0, 0.0))):
        results = search(SearchRequest("shipment turning up", "en"))
    assert results.outcome.no_answer
    assert results.results


def test_a_misspelt_question_counts_as_what_was_meant(with_meaning):
    asked = [Question.read(text, "en") for text in ("cancel an ordr", "cancel an order")]
    low, high = (
        evidence(retrieve(SearchRequest(question.text, "en"), question, limit=5))
        for question in asked
    )
    assert low < high
    with trying("en", replace(NO_RULES, thresholds=Thresholds((low + high) / 2, 5.0, 0.0))):
        results = search(SearchRequest("cancel an ordr", "en"))
        assert results.did_you_mean.text == "cancel an order"
        assert not results.outcome.no_answer
        assert search(SearchRequest("shipment ordr elephants", "en")).outcome.no_answer


def test_a_title_that_is_read_as_the_question_answers_it(with_meaning):
    with trying("ja", replace(NO_RULES, thresholds=Thresholds(5.0, 5.0, 0.0))):
        for text in ("henpin", "へんぴん"):
            assert not search(SearchRequest(text, "ja")).outcome.no_answer
        assert search(SearchRequest("返品の箱と靴", "ja")).outcome.no_answer


def test_one_word_of_another_language_is_judged_by_its_meaning(with_meaning):
    with trying("ja", replace(NO_RULES, thresholds=Thresholds(5.0, 0.1, 0.0))):
        results = search(SearchRequest("password", "ja"))
        assert results.results[0].title.text == "パスワードを忘れた場合"
        assert not results.outcome.no_answer
        assert search(SearchRequest("pasword", "ja")).outcome.no_answer  # a slip, or a name


def shown(text, locale):
    request = SearchRequest(text, locale, mode=Mode.SUGGEST)
    return [suggestion.title.text for suggestion in suggest(request).suggestions]


class TestAnotherLanguageWhileTyped:
    @pytest.mark.parametrize("text", ["password", "I forgot my password", "I forgot my passw"])
    def test_is_understood(self, with_meaning, text):
        assert shown(text, "ja")[:1] == ["パスワードを忘れた場合"]
        assert shown("パスワード", "en")[:1] == ["Reset your password"]

    def test_holds_still_while_a_word_is_begun(self, with_meaning):
        whole = shown("I forgot my password ", "ja")
        for text in ("I forgot my passw", "I forgot my password a", "I forgot my password an"):
            assert shown(text, "ja") == whole

    @pytest.mark.parametrize(
        ("text", "locale"), [("あ", "en"), ("ぱ", "en"), ("pas", "ja"), ("xylophones quux", "ja")]
    )
    def test_letters_and_unknown_words_mean_nothing(self, with_meaning, text, locale):
        request = SearchRequest(text, locale, mode=Mode.SUGGEST)
        found = retrieve(request, Question.read(text, locale), limit=5)
        assert found.meaning is None

    def test_has_a_say_as_it_has_words(self, with_meaning):
        def say(text):
            request = SearchRequest(text, "ja", mode=Mode.SUGGEST)
            return retrieve(request, Question.read(text, "ja"), limit=5).say_of_meaning

        assert 0 < say("password") < say("forgot password ")


def test_meaning_has_as_much_say_as_a_question_has_words(with_meaning, account, index):
    ArticleFactory(parent=account, title="Error ERR-2001: door open")
    index()

    def say(text):
        request = SearchRequest(text, "en")
        return retrieve(request, Question.read(text, "en"), limit=5).say_of_meaning

    assert say("ERR-2001") == 0
    assert say("error ERR-2001") == 0
    assert say("ERR-2001 door") == 0.5
    assert say("door open") == say("door 2001") == 1
    # What no article holds is known by its neighbours alone.
    assert say("ERR-2002") == 1


class TestOtherLanguages:
    """No Japanese article speaks of deliveries."""

    @staticmethod
    def asked(viewer=ANONYMOUS, text="荷物の配達に不在だった", least=0.3):
        least = replace(NO_RULES, thresholds=Thresholds(5.0, least, 0.0))
        with trying("en", least), trying("ja", least):
            return search(SearchRequest(text, "ja", viewer=viewer))

    def test_an_article_that_answers_is_named_with_its_language(self, with_meaning):
        first, *_ = self.asked().in_other_languages
        assert (first.title.text, first.locale) == ("When your parcel comes", "en")

    def test_what_means_something_else_is_not(self, with_meaning):
        assert self.asked(least=0.99).in_other_languages == ()

    def test_nor_is_what_the_readers_language_has_too(self, with_meaning):
        with_meaning["ja"].translation_key = with_meaning["delivery"].translation_key
        with_meaning["ja"].save()
        titles = [result.title.text for result in self.asked().in_other_languages]
        assert "When your parcel comes" not in titles

    def test_a_translation_the_reader_may_not_read_hides_nothing(self, with_meaning):
        with_meaning["ja"].translation_key = with_meaning["delivery"].translation_key
        with_meaning["ja"].visibility = Visibility.STAFF
        with_meaning["ja"].save()
        first, *_ = self.asked().in_other_languages
        assert first.title.text == "When your parcel comes"

    def test_nor_what_the_reader_may_not_read(self, with_meaning):
        def titles(viewer):
            found = self.asked(viewer, "パスワードの秘密").in_other_languages
            return [result.title.text for result in found]

        assert "Password secrets" in titles(STAFF)
        assert "Password secrets" not in titles(ANONYMOUS)

    def test_a_question_that_is_answered_needs_none(self, with_meaning):
        with trying("ja", replace(NO_RULES, thresholds=Thresholds(0.0, 0.0, 0.0))):
            assert search(SearchRequest("返品", "ja")).in_other_languages == ()

    def test_the_page_marks_the_language(self, with_meaning, client):
        least = replace(NO_RULES, thresholds=Thresholds(5.0, 0.3, 0.0))
        with trying("en", least), trying("ja", least):
            page = client.get("/ja/search/", {"q": "荷物の配達に不在だった"}).text
        assert 'lang="en"' in page
        assert "When your parcel comes" in page
        assert '<span class="badge">English</span>' in page


def test_an_answer_that_speaks_of_all_that_was_asked_is_an_answer(with_meaning):
    with trying("en", replace(NO_RULES, thresholds=Thresholds(5.0, 5.0, 0.0))):
        results = search(SearchRequest("reset password", "en"))
    assert results.answer is not None
    assert not results.outcome.no_answer


def test_a_correction_that_leads_nowhere_is_not_offered(with_meaning):
    assert search(SearchRequest("cancle order", "en")).did_you_mean is not None
    with trying("en", replace(NO_RULES, thresholds=Thresholds(5.0, 5.0, 0.0))):
        assert search(SearchRequest("cancle order", "en")).did_you_mean is None
        # This one leads to a short answer.
        assert search(SearchRequest("reset pasword", "en")).did_you_mean is not None


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


def test_a_word_in_progress_becomes_none_that_the_question_holds_already(with_meaning):
    def may_become(text):
        request = SearchRequest(text, "en", mode=Mode.SUGGEST)
        found = retrieve(request, Question.read(text, "en"), limit=5)
        return set(found.meaning.completions)

    assert {"parcel", "pack", "password"} <= may_become("street box pa")
    assert may_become("parcel box pa") == may_become("street box pa") - {"parcel"}
