"""What earlier readers and the date say of an article."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from kb.visibility import Viewer, Visibility
from search.log.answers import register_answers
from search.log.models import DailyAnswer
from search.query import priors
from search.query.explain import explain
from search.query.pipeline import search, suggest
from search.query.priors import (
    FRESH_HALF_LIFE_DAYS,
    LONGEST_QUESTION,
    READERS_HALF_LIFE_DAYS,
    AnswerDay,
    Priors,
    answered_share,
    priors_for,
    register_source,
    wilson_lower,
)
from search.query.tokens import question_hash
from search.query.values import Mode, SearchRequest
from tests.factories import ArticleFactory

TODAY = date(2026, 11, 22)


def days(*counts, ago=1):
    """One day for each (opened, answered), the last of them ``ago`` days ago."""
    return [
        AnswerDay("7", TODAY - timedelta(days=ago + number), opened, answered)
        for number, (opened, answered) in enumerate(counts)
    ]


def share(*counts, ago=1):
    return answered_share(days(*counts, ago=ago), TODAY)


class TestAnsweredShare:
    def test_of_nobody_is_nothing(self):
        assert answered_share([], TODAY) == 0.0

    def test_grows_with_readers_and_stays_below_one(self):
        shares = [share((n, n), (n, n)) for n in (3, 5, 10, 30, 10_000)]
        assert shares == sorted(set(shares))
        assert shares[0] > 0.3
        assert shares[-1] < 1.0

    def test_hardly_grows_beyond_some_tens_of_readers(self):
        assert share((1_000, 1_000), (1_000, 1_000)) - share((40, 40), (40, 40)) < 0.06

    def test_an_article_opened_often_that_seldom_answers_is_worth_less(self):
        seldom_opened = share((5, 5), (5, 5))
        opened_by_all = share((100, 30), (100, 30))
        assert opened_by_all < seldom_opened

    def test_one_address_a_day_never_counts(self):
        assert answered_share(days(*[(1, 1)] * 80), TODAY) == 0.0
        assert answered_share(days(*[(50, 1)] * 80), TODAY) == 0.0

    def test_one_day_is_not_enough(self):
        assert share((900, 900)) == 0.0
        assert share((900, 900), (1, 1)) == 0.0

    def test_fewer_readers_than_k_are_not_enough(self, settings):
        settings.ANNAI_K_ANONYMITY = 3
        assert share((2, 2), (2, 2)) == 0.0
        assert share((3, 3), (2, 2)) > 0.0
        settings.ANNAI_K_ANONYMITY = 4
        assert share((3, 3), (2, 2)) == 0.0

    def test_old_readers_count_less(self):
        assert 0 < share((5, 5), (5, 5), ago=60) < share((5, 5), (5, 5))

    def test_readers_of_a_half_life_ago_count_half(self):
        first = AnswerDay("7", TODAY - timedelta(days=READERS_HALF_LIFE_DAYS), 21, 21)
        second = AnswerDay("7", TODAY, 11, 11)
        assert answered_share([first, second], TODAY) == pytest.approx(wilson_lower(20, 20))

    def test_what_answers_no_longer_falls(self):
        good, bad = days((9, 9), (9, 9), ago=60), days((9, 0), (9, 0))
        assert answered_share([*good, *bad], TODAY) < answered_share(good, TODAY) / 2


def test_wilson_lower_is_that_of_the_books():
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 and 15 of 148."""
    assert wilson_lower(81, 263) == pytest.approx(0.2553, abs=5e-5)
    assert wilson_lower(15, 148) == pytest.approx(0.0624, abs=5e-5)


class TestFreshness:
    def test_halves_with_every_half_life(self):
        known = Priors(today=TODAY)
        then = TODAY - timedelta(days=FRESH_HALF_LIFE_DAYS)
        assert known.freshness(TODAY.isoformat()) == 1.0
        assert known.freshness(then.isoformat()) == pytest.approx(0.5)

    def test_of_a_date_to_come_is_that_of_today(self):
        assert Priors(today=TODAY).freshness("2027-01-01") == 1.0

    def test_of_what_was_never_verified_is_none(self):
        assert Priors(today=TODAY).freshness("") == 0.0


class TestSource:
    @pytest.fixture(autouse=True)
    def _own_source(self):
        self.asked = []
        register_source(self.source)
        yield
        register_answers()

    def source(self, text, locale, since):
        self.asked.append((text, locale, since))
        return [*days((9, 9), (9, 9)), AnswerDay("8", TODAY, 9, 9)]

    def test_only_articles_with_enough_readers_are_named(self):
        assert priors_for("returns", "en", TODAY).readers.keys() == {"7"}
        assert self.asked == [("returns", "en", TODAY - priors.LOOKED_BACK)]

    def test_is_not_asked_for_pasted_pages(self):
        assert priors_for("x" * (LONGEST_QUESTION + 1), "en", TODAY) == Priors(today=TODAY)
        assert self.asked == []


def answered(text, article, *, each_day=20, number=3, locale="en"):
    """So many addresses on each of some days found their answer in the article."""
    for days_ago in range(1, number + 1):
        DailyAnswer.objects.create(
            day=timezone.localdate() - timedelta(days=days_ago),
            question=question_hash(text, locale),
            article=article,
            opened=each_day,
            answered=each_day,
        )


def found(text, **options):
    return [r.title.text for r in search(SearchRequest(text, "en", **options)).results]


@pytest.fixture
def twins(account, index):
    """Two articles that fit a question equally well, and one for the staff."""
    twins = [ArticleFactory(parent=account, title=f"Kettle {name}") for name in ("one", "two")]
    secret = ArticleFactory(parent=account, title="Kettle lid", visibility=Visibility.STAFF)
    index()
    return [*twins, secret]


class TestThroughThePipeline:
    def test_readers_turn_a_close_race_for_their_question_alone(self, twins):
        assert found("kettle?") == ["Kettle one", "Kettle two"]
        answered("kettle", twins[1])
        assert found("kettle?") == ["Kettle two", "Kettle one"]
        assert found("the kettle of mine") == ["Kettle one", "Kettle two"]

    def test_never_against_the_words(self, twins):
        answered("kettle one", twins[1], each_day=1_000, number=60)
        assert found("kettle one") == ["Kettle one", "Kettle two"]

    def test_add_no_article_that_is_not_found(self, twins):
        answered("xylophone", twins[0])
        assert found("xylophone") == []

    def test_are_of_the_language_they_asked_in(self, twins):
        answered("kettle", twins[1], locale="ja")
        assert found("kettle") == ["Kettle one", "Kettle two"]

    def test_a_private_articles_readers_show_nothing_to_others(self, twins):
        before = search(SearchRequest("kettle", "en"))
        answered("kettle", twins[2])
        after = search(SearchRequest("kettle", "en"))
        assert [r.id for r in after.results] == [r.id for r in before.results]
        assert after.outcome.total == before.outcome.total == 2
        staff = found("kettle", viewer=Viewer(Visibility.STAFF))
        assert staff[0] == "Kettle lid"

    def test_typing_is_not_moved_and_not_slowed(self, twins, django_assert_num_queries):
        answered("kettle", twins[1])
        request = SearchRequest("kettle", "en", mode=Mode.SUGGEST)
        suggest(request)
        with django_assert_num_queries(2):
            shown = suggest(request).suggestions
        assert [s.title.text for s in shown] == ["Kettle one", "Kettle two"]

    def test_the_same_queries_with_one_and_with_many_days(self, twins, django_assert_num_queries):
        found("kettle")
        for days_kept in (0, 1, 50):
            DailyAnswer.objects.all().delete()
            answered("kettle", twins[1], number=days_kept)
            with django_assert_num_queries(6):
                found("kettle")

    def test_of_equals_the_one_verified_lately_comes_first(self, twins, index):
        twins[1].verified_on = date(2026, 11, 1)
        twins[1].save()
        index()
        assert found("kettle") == ["Kettle two", "Kettle one"]

    def test_the_explanation_names_both(self, twins, index):
        twins[1].verified_on = date(2026, 11, 1)
        twins[1].save()
        index()
        answered("kettle", twins[1])
        first, second = explain(SearchRequest("kettle", "en")).results
        assert first.article.id == twins[1].pk
        assert first.contributions["readers"] > first.contributions["freshness"] > 0
        assert second.contributions["readers"] == second.contributions["freshness"] == 0
