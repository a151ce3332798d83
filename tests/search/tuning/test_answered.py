"""Which logged questions calibration may learn from."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kb.visibility import Visibility
from search.gaps.questions import hide_question
from search.gaps.reports import FailedQuestion
from search.log.erasing import erase_questions
from search.log.models import DailyAnswer, DailyQuestion
from search.query.evidence import Sample
from search.query.priors import LOOKED_BACK, priors_for
from search.query.tokens import question_hash
from search.tuning import answered
from search.tuning.answered import count_new, logged_samples
from tests.factories import ArticleFactory
from tests.search.tuning.factories import PromotionFactory

TODAY = timezone.localdate()

pytestmark = pytest.mark.django_db


@pytest.fixture
def kettle(site):
    return ArticleFactory(parent=site.topics_en, title="Descale")


def ago(days):
    return TODAY - timedelta(days=days)


def log(text, *articles, days=(2, 3), answered=3, opened=None, locale="en", spelling=None):
    """A question that articles answered for so many addresses on each of the days."""
    question = question_hash(text, locale)
    for day in map(ago, days):
        DailyQuestion.objects.update_or_create(
            day=day, locale=locale, question=question, defaults={"text": spelling or text}
        )
        for article in articles:
            DailyAnswer.objects.create(
                day=day,
                question=question,
                article=article,
                opened=opened or answered,
                answered=answered,
            )
    return question


def texts(locale="en"):
    return [sample.text for sample in logged_samples(locale)]


class TestSamples:
    def test_a_question_with_all_articles_that_answered_it(self, site, kettle):
        other = ArticleFactory(parent=site.topics_en, title="Limescale")
        unread = ArticleFactory(parent=site.topics_en, title="Kettles")
        log("chalk in the kettle", kettle)
        log("chalk in the kettle", other, days=(5,), answered=1, opened=9)
        log("chalk in the kettle", unread, days=(6,), answered=0, opened=9)
        assert logged_samples("en") == [
            Sample("chalk in the kettle", frozenset([str(kettle.pk), str(other.pk)]))
        ]
        assert logged_samples("ja") == []

    def test_in_the_spelling_of_its_last_day(self, kettle):
        log("kettle chalk", kettle, days=(4, 5), spelling="Kettle chalk!")
        log("kettle chalk", kettle, days=(2, 3), spelling="kettle, chalk?")
        assert texts() == ["kettle, chalk?"]

    def test_answered_last_first_and_no_more_than_count(self, kettle, monkeypatch):
        for number in (4, 1, 3, 2):
            log(f"question{number}", kettle, days=(number, 20))
        assert texts() == ["question1", "question2", "question3", "question4"]
        monkeypatch.setattr(answered, "MOST_LOGGED", 2)
        assert texts() == ["question1", "question2"]

    @pytest.mark.parametrize(
        ("counts", "enough"),
        [
            ({"days": (2, 3), "answered": 3}, True),
            ({"days": (2, 3), "answered": 2}, False),
            ({"days": (2, 3, 4), "answered": 2}, True),
            ({"days": (2,), "answered": 50}, False),
            ({"days": tuple(range(1, 60)), "answered": 1}, False),
            ({"days": (LOOKED_BACK.days + 1, 3), "answered": 9}, False),
        ],
    )
    def test_takes_the_readers_that_ranking_takes(self, kettle, counts, enough):
        log("chalk", kettle, **counts)
        assert (texts() == ["chalk"]) is enough
        assert bool(priors_for("chalk", "en", TODAY).readers) is enough

    def test_whom_it_mostly_did_not_answer_does_not_count(self, kettle):
        log("chalk", kettle, answered=5, opened=10)
        log("scale", kettle, answered=5, opened=9)
        assert texts() == ["scale"]

    @pytest.mark.parametrize("visibility", [Visibility.STAFF, Visibility.SIGNED_IN])
    def test_of_public_articles_alone(self, site, kettle, visibility):
        secret = ArticleFactory(parent=site.topics_en, title="Secret", visibility=visibility)
        log("secret chalk", secret)
        log("chalk", secret, kettle)
        assert logged_samples("en") == [Sample("chalk", frozenset([str(kettle.pk)]))]
        kettle.unpublish()
        assert texts() == []

    def test_foreign_questions_say_nothing_of_words(self, kettle):
        log("やかん", kettle)
        assert texts() == []

    def test_promoted_questions_were_answered_by_people(self, kettle):
        log("chalk", kettle)
        log("scale", kettle)
        PromotionFactory(questions="Chalk?", article=kettle)
        PromotionFactory(questions="Scale?", article=kettle, ends_on=ago(1))
        assert texts() == ["scale"]

    def test_a_question_whose_text_was_forgotten_is_none(self, kettle):
        DailyQuestion.objects.filter(question=log("chalk", kettle)).delete()
        DailyQuestion.objects.filter(question=log("scale", kettle)).update(text="")
        DailyQuestion.objects.filter(question=log("lime", kettle)).update(demo=True)
        assert texts() == []

    def test_erased_and_hidden_questions_are_none(self, kettle):
        hidden = log("chalk", kettle)
        erased = log("scale", kettle)
        log("lime", kettle)
        hide_question(FailedQuestion(hidden, "chalk", "en", *[0] * 7), user_id=None)
        erase_questions([erased])
        assert texts() == ["lime"]

    @pytest.mark.parametrize("questions", [1, 3])
    def test_the_number_of_queries_does_not_depend_on_them(
        self, kettle, questions, django_assert_num_queries
    ):
        for number in range(questions):
            log(f"question{number}", kettle)
        logged_samples("en")  # loads the rules
        with django_assert_num_queries(4):
            logged_samples("en")


class TestNew:
    def test_counts_what_had_too_few_readers_before(self, kettle):
        log("known", kettle, days=(1, 2, 8, 9))
        log("just enough", kettle, days=(2, 8))
        log("all new", kettle, days=(1, 2))
        log("not enough", kettle, days=(1,))
        assert count_new("en", ago(5)) == 2
        assert count_new("en", TODAY) == 0
        assert count_new("ja", ago(5)) == 0
