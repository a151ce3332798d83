"""Search from text to what a reader sees, on the embedded engine."""

from dataclasses import replace

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction

from kb.models import Article
from kb.visibility import ANONYMOUS, Viewer, Visibility
from search.indexing.models import ArticleText
from search.query import present, tokens
from search.query.pipeline import search, suggest
from search.query.rules import NO_RULES, Promotion, QueryRules, Thresholds, trying
from search.query.synonyms import SynonymRule, synonym_table
from search.query.understand import Question
from search.query.values import Mode, SearchRequest, SuggestionKind
from tests.factories import ArticleFactory, paragraph

MEMBER = Viewer(Visibility.SIGNED_IN)
STAFF = Viewer(Visibility.STAFF)


def found(text, locale="en", **options):
    results = search(SearchRequest(text, locale, **options))
    return [result.title.text for result in results.results]


def suggested(text, locale="en", **options):
    answer = suggest(SearchRequest(text, locale, mode=Mode.SUGGEST, **options))
    return [suggestion.title.text for suggestion in answer.suggestions]


class TestSearch:
    def test_finds_by_title_body_and_question_phrase(self, articles):
        assert found("reset password")[0] == "Reset your password"
        assert found("packed") == ["Cancel an order"]
        assert found("login") == ["Reset your password"]

    def test_finds_with_a_typo(self, articles):
        assert found("pasword") == ["Reset your password"]

    def test_finds_japanese(self, articles):
        assert found("返品の方法を教えてください", "ja") == ["返品したい"]

    @pytest.mark.parametrize(
        ("viewer", "titles"),
        [
            (Viewer(), {"Reset your password"}),
            (MEMBER, {"Reset your password", "Password for members"}),
            (STAFF, {"Reset your password", "Password for members", "Password secrets"}),
        ],
    )
    def test_each_viewer_finds_what_is_theirs_and_counts_tell_no_more(
        self, articles, viewer, titles
    ):
        results = search(SearchRequest("password", "en", viewer=viewer))
        assert {result.title.text for result in results.results} == titles
        assert results.outcome.total == len(titles)
        assert [choice.count for choice in results.facets["topic"]] == [len(titles)]

    def test_what_changes_after_indexing_is_gone_at_once(self, articles):
        articles["reset"].unpublish()
        assert found("reset") == []
        assert search(SearchRequest("reset", "en")).outcome.no_answer

    def test_an_expired_article_is_gone_at_once(self, articles):
        articles["reset"].expire_at = timezone.now()
        articles["reset"].save(update_fields=["expire_at"])
        assert found("reset") == []
        assert suggested("reset") == []

    def test_a_subtree_made_private_is_gone_at_once(self, articles, account):
        PageViewRestriction.objects.create(page=account, restriction_type=PageViewRestriction.LOGIN)
        assert found("reset") == []
        assert found("reset", viewer=MEMBER) == ["Reset your password"]

    @pytest.mark.parametrize(
        ("text", "locale"),
        [("bicycles", "en"), ("by-cycles", "en"), ("自転車はありますか", "ja"), ("自転車", "ja")],
    )
    def test_no_answer_box_for_a_word_in_passing(self, site, index, text, locale):
        topics = {"en": site.topics_en, "ja": site.topics_ja}
        ArticleFactory(
            parent=topics[locale],
            title={"en": "How does a parcel come?", "ja": "荷物は届きますか"}[locale],
            short_answer={"en": "On bicycles, or by-cycles.", "ja": "自転車で届きます。"}[locale],
        )
        index()
        results = search(SearchRequest(text, locale))
        assert results.results
        assert results.answer is None

    @pytest.mark.parametrize(("text", "locale"), [("ERR-3001", "en"), ("返品送料", "ja")])
    def test_an_answer_box_for_codes_and_compounds(self, site, index, text, locale):
        topics = {"en": site.topics_en, "ja": site.topics_ja}
        title = {"en": "The lid is open", "ja": "荷物を戻したいとき"}[locale]
        answer = {"en": "Then ERR-3001 is shown.", "ja": "返品の送料は無料です。"}[locale]
        ArticleFactory(parent=topics[locale], title=title, short_answer=answer)
        index()
        assert search(SearchRequest(text, locale)).answer.title.text == title

    def test_the_answer_box_shows_an_answer_that_covers_the_question(self, articles):
        assert search(SearchRequest("reset password", "en")).answer.title.text == (
            "Reset your password"
        )
        assert search(SearchRequest("reset kettle", "en")).answer is None

    @pytest.mark.parametrize("text", ["what is", "where", "いつですか"])
    def test_no_answer_box_for_words_without_content(self, articles, account, index, text):
        title = "What is it, where is it?" if text.isascii() else "いつですか"
        ArticleFactory(parent=account, title=title, short_answer="Here it is.")
        index()
        assert search(SearchRequest(text, "en")).answer is None

    def test_nothing_fits(self, articles):
        results = search(SearchRequest("xylophone", "en"))
        assert (results.results, results.outcome.total, results.outcome.no_answer) == ((), 0, True)

    @pytest.mark.parametrize("text", ["", "  ", "\u3000"])
    def test_nothing_asked_lacks_no_answer(self, articles, text):
        assert not suggest(SearchRequest(text, "en", mode=Mode.SUGGEST)).outcome.no_answer

    def test_filters_by_topic(self, articles, account):
        assert found("password", filters={"topic": (str(account.pk),)}) == ["Reset your password"]
        assert found("password", filters={"topic": ("999999",)}) == []

    @pytest.mark.parametrize("kind", ["login", "password", "groups"])
    def test_a_topic_made_private_is_named_no_more_at_once(self, articles, account, kind):
        PageViewRestriction.objects.create(page=account, restriction_type=kind, password="x")
        for filters in ({}, {"topic": (str(account.pk),)}):
            facets = search(SearchRequest("password", "en", filters=filters)).facets
            assert facets["topic"] == ()
        seen = search(SearchRequest("password", "en", viewer=MEMBER)).facets["topic"]
        assert [choice.label for choice in seen] == (["Account"] if kind == "login" else [])

    def test_a_part_of_the_results_has_no_verdict_of_its_own(self, articles, account, settings):
        settings.SEARCH_RESULTS_PER_PAGE = 1
        strict = Thresholds(evidence=99.0, cosine=99.0, words=99.0)
        with trying("en", replace(NO_RULES, thresholds=strict)):
            whole = search(SearchRequest("order link packed", "en"))
            assert whole.outcome.no_answer
            assert whole.pages > 1
            assert not search(SearchRequest("order link packed", "en", page=2)).outcome.no_answer
            filters = {"topic": (str(account.pk),)}
            narrowed = search(SearchRequest("order link packed", "en", filters=filters))
            assert not narrowed.outcome.no_answer
        nothing = search(SearchRequest("password", "en", filters={"topic": ("999999",)}))
        assert nothing.outcome.no_answer

    def test_a_page_beyond_the_last_is_the_last(self, articles):
        results = search(SearchRequest("password", "en", page=50))
        assert (results.page, results.pages, len(results.results)) == (1, 1, 1)

    def test_queries(self, articles, django_assert_num_queries):
        search(SearchRequest("password", "en"))  # site roots are cached
        with django_assert_num_queries(6):
            search(SearchRequest("password", "en"))


class TestSuggest:
    def test_the_beginning_of_a_title_comes_first(self, articles):
        assert suggested("Can") == ["Cancel an order"]
        assert suggested("reset your pass")[0] == "Reset your password"

    @pytest.mark.parametrize("typed", ["へんぴ", "henpi", "返品", "へんp", "ﾍﾝﾋﾟﾝ"])
    def test_a_japanese_title_is_found_in_every_state_of_typing(self, articles, typed):
        assert suggested(typed, "ja") == ["返品したい"]

    def test_kana_that_was_sent_finds_too(self, articles):
        assert found("へんぴん", "ja") == ["返品したい"]

    def test_the_reading_is_highlighted(self, articles):
        answer = suggest(SearchRequest("ぱすw", "ja", mode=Mode.SUGGEST))
        assert answer.suggestions[0].title.spans == ((0, 5),)

    def test_an_answer_is_shown_in_place(self, articles):
        first = suggest(SearchRequest("reset passw", "en", mode=Mode.SUGGEST)).suggestions[0]
        assert (first.kind, first.topic) == (SuggestionKind.ANSWER, "Account")
        assert first.answer == "Open the sign-in page and choose Forgot password."

    def test_private_articles_do_not_show(self, articles):
        assert suggested("Password s") == ["Reset your password"]

    @pytest.mark.parametrize(
        ("typed", "answers"),
        [("返品", True), ("返品ｈ", True), ("返品h", True), ("返品ほ", False), ("ｈ", False)],
    )
    def test_an_answer_stays_while_a_syllable_is_begun(self, articles, typed, answers):
        shown = suggest(SearchRequest(typed, "ja", mode=Mode.SUGGEST)).suggestions
        kinds = [s.kind for s in shown if s.title.text == "返品したい"]
        assert (SuggestionKind.ANSWER in kinds) == answers

    def test_a_letter_that_was_sent_is_asked_for(self, articles):
        assert search(SearchRequest("返品", "ja")).answer
        assert not search(SearchRequest("返品z", "ja")).answer

    def test_what_was_analysed_for_the_index_is_not_analysed_again(self, articles, monkeypatch):
        monkeypatch.setattr(present, "analyse", None)
        first = suggest(SearchRequest("sign-in passw", "en", mode=Mode.SUGGEST)).suggestions[0]
        assert first.kind is SuggestionKind.ANSWER
        assert first.title.spans == ((11, 16),)
        assert search(SearchRequest("sign-in password", "en")).answer

    def test_a_title_that_has_changed_since_is_marked_as_it_is_now(self, articles):
        Article.objects.filter(pk=articles["reset"].pk).update(title="Your passwords: reset them")
        first = suggest(SearchRequest("reset passw", "en", mode=Mode.SUGGEST)).suggestions[0]
        assert first.title.spans == ((5, 10), (16, 21))

    @pytest.mark.parametrize("typed", ["reset password y", "reset password yo", "Reset your"])
    def test_a_stop_word_in_progress_is_met_as_well(self, articles, typed):
        first = suggest(SearchRequest(typed, "en", mode=Mode.SUGGEST)).suggestions[0]
        assert first.kind is SuggestionKind.ANSWER
        assert (6, 6 + len(typed.split()[-1])) in first.title.spans

    @pytest.mark.parametrize(
        ("typed", "locale"),
        [
            ("パスワードを変更 くださ", "ja"),
            ("パスワードを変更してく", "ja"),
            ("パスワードを変更く", "ja"),
            ("設定し", "ja"),
            ("what is th", "en"),
            ("change the passw", "en"),
        ],
    )
    def test_what_was_analysed_before_shows_the_same(self, site, index, typed, locale):
        for parent, title, answer in (
            (site.topics_ja, "パスワードを変更してください", "設定してください。"),
            (site.topics_en, "What is the password, and how do I change it?", "In the settings."),
        ):
            ArticleFactory(parent=parent, title=title, short_answer=answer)
        index()

        def shown():
            found = suggest(SearchRequest(typed, locale, mode=Mode.SUGGEST)).suggestions
            return [(suggestion.title.spans, suggestion.kind) for suggestion in found]

        before = shown()
        assert before
        ArticleText.objects.update(title_tokens=b"", summary_tokens=b"")
        assert shown() == before

    @pytest.mark.parametrize(
        ("title", "locale", "typed", "spans"),
        [
            ("別のWorkspace", "ja", "別のW", [(0, 3)]),
            ("別のWorkspace", "ja", "別のｗ", [(0, 3)]),
            ("別のWorkspace", "ja", "べつの", [(0, 2)]),
            ("別のWorkspace", "ja", "別に", []),
            ("別のWorkspace", "ja", "", []),
            ("ガ", "ja", "ｶﾞ", [(0, 1)]),
            ("Kettle One", "ja", "c", [(0, 6)]),  # c + a is read "ka"
            ("Kettle One", "en", "c", []),
            ("Kettle One", "en", "kettle o", [(0, 8)]),
        ],
    )
    def test_a_title_that_begins_or_is_read_as_typed(self, title, locale, typed, spans):
        assert present._like_the_whole(Question.read(typed, locale), title) == spans

    def test_the_next_ones_stand_in_for_what_is_gone(self, articles, account, index, settings):
        settings.SUGGESTIONS_SHOWN = 2
        for number in range(4):
            articles[number] = ArticleFactory(parent=account, title=f"Kettle {number}")
        index()
        gone, stays = suggested("kettle")
        Article.objects.get(title=gone).unpublish()
        first, second = suggested("kettle")
        assert first == stays
        assert second not in (gone, stays)

    def test_queries(self, articles, django_assert_num_queries):
        suggested("reset")
        with django_assert_num_queries(2):
            suggested("reset")


def test_the_token_carries_the_outcome(articles):
    outcome = search(SearchRequest("reset my password", "en")).outcome
    token = tokens.read(outcome.query_id)
    assert token.question == tokens.question_hash("password reset", "en")
    assert (token.total, token.locale, token.no_answer) == (outcome.total, "en", False)


@hypothesis_settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=300))
def test_any_text_has_an_answer(articles, text):
    search(SearchRequest(text, "ja"))
    suggest(SearchRequest(text, "en", mode=Mode.SUGGEST))


@pytest.mark.parametrize(
    "text", ["", '"', "((", "AND", "\x00", "🍵", "a" * 10_000, "返" * 10_000, "\u202e", "\ud800"]
)
def test_odd_text_has_an_answer(articles, text):
    search(SearchRequest(text, "en"))
    suggest(SearchRequest(text, "ja", mode=Mode.SUGGEST))


def test_while_a_title_begins_as_typed_no_word_is_taken_for_misspelt(account, index):
    ArticleFactory(parent=account, title="Cancel an order")
    ArticleFactory(parent=account, title="Cancal dresses", visibility=Visibility.STAFF)
    index()

    def titles(text, viewer=ANONYMOUS):
        request = SearchRequest(text, "en", viewer=viewer, mode=Mode.SUGGEST)
        return {suggestion.title.text for suggestion in suggest(request).suggestions}

    assert titles("cancal") == {"Cancel an order"}  # the other title is of staff alone
    assert titles("cancal", STAFF) == {"Cancal dresses"}


class TestAnUnfinishedWordThatIsSent:
    """As on a phone, where Enter is near."""

    def test_finds_what_begins_so_and_is_no_mistake(self, articles, account, index):
        ArticleFactory(parent=account, title="Can caps be washed?")
        index()
        found = search(SearchRequest("canc", "en"))
        assert found.results[0].title.text == "Cancel an order"
        assert found.did_you_mean is None

    def test_the_other_words_are_corrected_all_the_same(self, articles):
        found = search(SearchRequest("ordr canc", "en"))
        assert found.results[0].title.text == "Cancel an order"
        assert found.did_you_mean.text == "order canc"

    def test_finds_a_misspelt_beginning(self, articles):
        assert search(SearchRequest("pasww", "en")).results[0].title.text == "Reset your password"

    def test_finds_nothing_that_may_not_be_read(self, articles):
        assert not search(SearchRequest("secr", "en")).results
        found = search(SearchRequest("secr", "en", viewer=STAFF)).results
        assert [result.title.text for result in found] == ["Password secrets"]


class TestAWordInProgress:
    @staticmethod
    def typed(text, locale="en"):
        return suggest(SearchRequest(text, locale, mode=Mode.SUGGEST))

    @pytest.mark.parametrize("text", ["pasw", "passs", "pasww", "reset your psswo", "apsswor"])
    def test_a_misspelt_beginning_finds_the_word(self, articles, text):
        assert self.typed(text).suggestions[0].title.text == "Reset your password"

    def test_no_other_beginnings_where_a_word_goes_on_so(self, articles, account, index):
        ArticleFactory(parent=account, title="Passenger lists")
        index()
        assert [s.title.text for s in self.typed("passe").suggestions] == ["Passenger lists"]

    @pytest.mark.parametrize("text", ["packin", "packi", "what settin"])
    def test_an_ending_in_progress_finds_the_word_in_a_body(self, account, articles, index, text):
        ArticleFactory(
            parent=account,
            title="Boxes",
            body=paragraph("<p>We pack by hand, in boxes set and settled.</p>"),
        )
        index()
        assert "Boxes" in [s.title.text for s in self.typed(text).suggestions]
        assert not self.typed(text).outcome.no_answer

    def test_an_ending_that_was_not_finished_finds_the_word_when_sent(self, articles):
        found = search(SearchRequest("orders packin", "en"))
        assert found.results[0].title.text == "Cancel an order"
        assert found.did_you_mean is None

    def test_a_finished_word_is_no_beginning(self, articles):
        assert not self.typed("pasww ").suggestions

    @pytest.mark.parametrize("text", ["x", "wha", "how", "how ", "how x", "?", "!!!"])
    def test_too_little_to_say_that_there_is_no_answer(self, articles, text):
        answer = self.typed(text)
        assert (answer.outcome.total, answer.outcome.no_answer) == (0, False)

    @pytest.mark.parametrize("text", ["xylophone", "x ", "xylophone q", "xy"])
    def test_enough_to_say_so(self, articles, text):
        assert self.typed(text).outcome.no_answer

    @pytest.mark.parametrize(("text", "locale"), [("返品の箱", "en"), ("zebra crossing", "ja")])
    def test_another_language_is_left_to_the_page(self, articles, text, locale):
        assert not self.typed(text, locale).outcome.no_answer
        assert search(SearchRequest(text, locale)).outcome.no_answer

    def test_a_letter_that_was_sent_has_no_answer(self, articles):
        assert search(SearchRequest("x", "en")).outcome.no_answer


class TestDidYouMean:
    def test_offers_the_corrected_question_with_its_results(self, articles):
        offer = search(SearchRequest("reset pasword", "en")).did_you_mean
        assert offer is not None
        assert (offer.text, offer.total) == (
            "reset password",
            search(SearchRequest("reset password", "en")).outcome.total,
        )

    def test_offers_nothing_for_a_correct_question(self, articles):
        assert search(SearchRequest("reset password", "en")).did_you_mean is None

    def test_while_typing_leaves_the_word_in_progress(self, articles):
        def offered(text):
            offer = suggest(SearchRequest(text, "en", mode=Mode.SUGGEST)).did_you_mean
            return offer and offer.text

        assert offered("reset pasword") is None
        assert offered("reset pasword ") == "reset password "
        assert offered("pasword res") == "password res"

    def test_many_words_in_common_are_no_title(self, articles, account, index):
        body = "<p>kanban backlog burndown agile storyboard iteration sprint velocity</p>"
        ArticleFactory(parent=account, title="Boards", body=paragraph(body))
        index()
        text = "kanban backlog burndown agile storyboard iteration sprint velocity pasword "
        offer = suggest(SearchRequest(text, "en", mode=Mode.SUGGEST)).did_you_mean
        assert offer is not None

    def test_a_title_that_reads_like_the_question_needs_no_correction(self, articles):
        asked = SearchRequest("Rest your pasword ", "en", mode=Mode.SUGGEST)
        answer = suggest(asked)
        assert answer.suggestions[0].title.text == "Reset your password"
        assert answer.did_you_mean is None

    def test_never_offers_a_word_of_a_closed_article(self, articles):
        assert search(SearchRequest("secrts", "en", viewer=STAFF)).did_you_mean is None


class TestNegations:
    @pytest.fixture
    def articles(self, site, account, index):
        for title in ("When your parcel does not arrive", "What we do not sell"):
            ArticleFactory(parent=account, title=title)
        for title in ("荷物が届かないとき", "使えないもの"):
            ArticleFactory(parent=site.topics_ja, title=title)
        index()

    @pytest.mark.parametrize(
        ("text", "locale", "title"),
        [
            ("parcel not here", "en", "When your parcel does not arrive"),
            ("荷物は来ない", "ja", "荷物が届かないとき"),
        ],
    )
    def test_alone_it_finds_nothing(self, articles, text, locale, title):
        assert found(text, locale) == [title]

    def test_it_is_found_where_nothing_else_is_asked(self, articles):
        assert len(found("ない", "ja")) == 2

    def test_the_box_marks_it_behind_its_verb(self, articles):
        assert self.marked("届かない") == {"荷物が届かないとき": ["届かない"]}
        assert self.marked("届きません") == {"荷物が届かないとき": ["届かない"]}

    @staticmethod
    def marked(typed):
        shown = suggest(SearchRequest(typed, "ja", mode=Mode.SUGGEST)).suggestions
        return {s.title.text: [t for t, is_met in s.title.pieces if is_met] for s in shown}

    @pytest.mark.parametrize(
        ("text", "answers"),
        [("order cannot be cancelled", True), ("order not paid", False), ("not", False)],
    )
    def test_an_answer_negates_the_same(self, cancelling, text, answers):
        assert bool(search(SearchRequest(text, "en")).answer) == answers

    @pytest.mark.parametrize("typed", ["cancel", "cancell", "cancelle", "cancelled"])
    def test_the_answer_stays_while_the_word_is_typed(self, cancelling, typed):
        request = SearchRequest(f"order cannot be {typed}", "en", mode=Mode.SUGGEST)
        assert suggest(request).suggestions[0].kind is SuggestionKind.ANSWER

    def test_a_synonym_may_say_it_without_a_negation(self, cancelling):
        ArticleFactory(parent=cancelling[0], title="A late parcel", short_answer="Ask us.")
        cancelling[1]()
        rule = ("not arriving", "late")
        table = synonym_table([SynonymRule(rule, rule)], "en")
        with trying("en", QueryRules(synonyms=table)):
            assert search(SearchRequest("parcel not arriving", "en")).answer

    @pytest.mark.parametrize(("synonym", "answers"), [("cancelled", True), ("packed", False)])
    def test_a_synonym_has_to_be_negated_too(self, cancelling, synonym, answers):
        rule = ("revoked", synonym)
        table = synonym_table([SynonymRule(rule, rule)], "en")
        with trying("en", QueryRules(synonyms=table)):
            assert bool(search(SearchRequest("order not revoked", "en")).answer) == answers

    @pytest.fixture
    def cancelling(self, account, index):
        ArticleFactory(
            parent=account,
            title="Paid orders",
            short_answer="An order that is packed cannot be cancelled.",
        )
        index()
        return account, index


class TestQuotedPhrases:
    """Words in quotes have to stand together."""

    def test_only_articles_with_the_phrase_are_found(self, articles):
        together = {"Reset your password", "Cancel an order"}
        assert set(found("order one hour")) == together
        assert found('"one hour" order') == ["Reset your password"]
        assert found("“one hour” order") == ["Reset your password"]

    def test_without_such_an_article_the_words_are_looked_for(self, articles):
        assert "Reset your password" in found('"password reset order"')

    def test_the_reader_is_told(self, articles):
        def loosened(text):
            return search(SearchRequest(text, "en")).quotes_loosened

        assert loosened('"password reset order"')
        assert not loosened('"one hour" order')
        assert not loosened("password reset order")
        assert not loosened('"how do I"')  # nothing is looked for by words without content

    def test_of_a_part_of_the_results_the_reader_is_told_nothing(self, articles):
        request = SearchRequest('"password reset order"', "en")
        assert not search(replace(request, filters={"stage": ("after",)})).quotes_loosened
        promotions = {"order password reset": (Promotion(articles["cancel"].pk),)}
        with trying("en", replace(NO_RULES, promotions=promotions)):
            assert not search(request).quotes_loosened

    def test_a_phrase_quoted_in_passing_is_not_asked_to_the_letter(self, articles):
        text = 'cancel my big blue shop order when "nowhere" shows'
        assert "Cancel an order" in found(text)

    def test_a_promoted_answer_is_shown_all_the_same(self, articles):
        promotions = {"hour one": (Promotion(articles["cancel"].pk),)}
        with trying("en", replace(NO_RULES, promotions=promotions)):
            assert found('"one hour"') == ["Cancel an order", "Reset your password"]
            assert "Reset your password" in found('"hour one"')  # no article holds it so

    def test_an_open_quote_is_a_sign_like_others(self, articles):
        assert "Reset your password" in found('"reset password')


class TestUnconvertedWords:
    """Kana and romaji on their way to a word that stands in the body alone."""

    @pytest.mark.parametrize("typed", ["たんぽ", "tanpo", "この たん", "注文のたんぽ"])
    def test_find_it_by_its_reading(self, articles, site, index, typed):
        ArticleFactory(parent=site.topics_ja, title="契約", body=paragraph("<p>担保の扱い。</p>"))
        index()
        assert "契約" in suggested(typed, "ja")

    def test_find_nothing_that_is_read_otherwise(self, articles, site, index):
        ArticleFactory(parent=site.topics_ja, title="契約", body=paragraph("<p>担保の扱い。</p>"))
        index()
        assert "契約" not in suggested("たんく", "ja")
