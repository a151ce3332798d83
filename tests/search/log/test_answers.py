"""Which articles answered which questions: counting, bounds, forgetting."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from search.log import answers, rollups, stores
from search.log.answers import answer_days, forget_answers, leave_out, store_answers
from search.log.erasing import erase_questions, erase_visit, hashes_of
from search.log.events import EventAction, Feedback
from search.log.models import DailyAnswer, SearchEvent
from search.log.retention import apply_retention
from search.log.rollups import roll_up, roll_up_closed_days
from search.query.priors import priors_for
from search.query.tokens import question_hash
from tests.factories import ArticleFactory, TopicFactory
from tests.search.log.factories import follow_up, search_event, token_for

NOON = timezone.now().replace(hour=12, minute=0, second=0) - timedelta(days=2)
DAY = NOON.date()
TODAY = timezone.localdate()
KETTLE = question_hash("kettle", "en")

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(site):
    return ArticleFactory(parent=site.topics_en, title="Kettle")


def visit(article, network="n1", at=NOON, text="kettle", seconds=60, **fields):
    """A search and an article opened from it, read for ``seconds``."""
    names = {"visit": uuid4().hex, "visitor": uuid4().hex, "network": network}
    search = search_event(text, at, **names | fields)
    opened = {"object_id": str(getattr(article, "pk", article)), "demo": search.demo}
    return [
        search,
        follow_up(search, EventAction.CLICK, 5, **opened),
        follow_up(search, EventAction.DWELL, 70, seconds=seconds, **opened),
    ]


def log(*visits):
    stores.landing().append([event for events in visits for event in events])


def counted(day=DAY):
    rows = DailyAnswer.objects.filter(day=day).order_by("question", "article_id")
    return [(row.question, row.article_id, row.opened, row.answered) for row in rows]


def networks(number):
    return [f"n{i}" for i in range(number)]


def prior_of(article, text="kettle"):
    return priors_for(text, "en", TODAY).readers.get(str(article.pk), 0.0)


class TestCounting:
    def test_addresses_that_opened_and_that_were_answered(self, article):
        log(*(visit(article, n) for n in networks(3)), visit(article, "n9", seconds=1))
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 4, 3)]

    def test_every_spelling_is_the_same_question(self, article):
        log(visit(article, "n1", text="Kettle?"), visit(article, "n2", text="the kettle"))
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 2, 2)]
        since = DAY - timedelta(days=1)
        assert [day.answered for day in answer_days("KETTLE", "en", since)] == [2]
        assert answer_days("KETTLE", "ja", since) == []
        assert answer_days("kettle", "en", DAY + timedelta(days=1)) == []

    def test_a_question_is_known_by_what_was_stored_of_it(self, article):
        stored = "mail to [email]"
        log(*(visit(article, n, text=stored) for n in networks(2)))
        roll_up(DAY)
        assert len(answer_days("mail to taro@example.com", "en", DAY)) == 1

    def test_an_address_counts_once_whatever_it_sends(self, article):
        log(*(visit(article, "n1") for _ in range(50)), visit(article, "n2"))
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 2, 2)]

    def test_an_address_alone_leaves_no_row(self, article):
        log(*(visit(article, "n1") for _ in range(50)))
        roll_up(DAY)
        assert counted() == []

    def test_an_answer_read_in_place_and_helpful_count(self, article):
        of_article = {"object_id": str(article.pk)}
        for number, (action, fields) in enumerate(
            [
                (EventAction.ANSWER_READ, {}),
                (EventAction.FEEDBACK, {"text": Feedback.HELPFUL.value}),
            ]
        ):
            search = search_event("kettle", NOON, visit=str(number), network=f"n{number}")
            log([search, follow_up(search, action, 10, **of_article, **fields)])
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 2, 2)]

    def test_who_asked_again_was_not_answered(self, article):
        search, *rest = visit(article, "n1")
        again = search_event(
            "kettle lid", NOON + timedelta(minutes=2), visit=search.visit, network="n1"
        )
        log([search, *rest, again], visit(article, "n2"))
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 2, 1)]

    @pytest.mark.parametrize(
        "fields", [{"bot": True}, {"staff": True}, {"demo": True}, {"degraded": True}]
    )
    def test_programs_staff_demo_and_outages_are_left_out(self, article, fields):
        log(*(visit(article, n, **fields) for n in networks(5)))
        roll_up(DAY)
        assert counted() == []

    def test_who_asks_for_privacy_counts_for_nothing(self, article):
        log(*(visit(article, "") for _ in range(5)))
        roll_up(DAY)
        assert counted() == []

    def test_another_spelling_of_an_id_is_left_out(self, article):
        log(*(visit(f"0{article.pk}", n) for n in networks(3)), *(visit(article, n) for n in "ab"))
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 2, 2)]

    @pytest.mark.parametrize("named", ["999999", "9" * 30, "kettle-page", "²"])
    def test_what_is_no_article_is_left_out(self, article, named):
        log(*(visit(named, n) for n in networks(3)), *(visit(article, n) for n in networks(2)))
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 2, 2)]


class TestRollUp:
    def test_twice_is_once(self, article):
        log(*(visit(article, n) for n in networks(3)))
        roll_up(DAY)
        roll_up(DAY)
        assert counted() == [(KETTLE, article.pk, 3, 3)]

    def test_a_late_arrival_is_counted(self, article):
        log(*(visit(article, n) for n in networks(2)))
        roll_up_closed_days()
        log(visit(article, "late"))
        assert roll_up_closed_days() == 1
        assert counted() == [(KETTLE, article.pk, 3, 3)]

    def test_a_day_that_cannot_be_counted_does_not_hold_up_the_next(self, article, monkeypatch):
        bad = DAY - timedelta(days=1)
        log(*(visit(article, n, NOON - timedelta(days=1)) for n in networks(2)))
        log(*(visit(article, n) for n in networks(2)))

        def store(day, outcomes):
            if day == bad:
                raise IntegrityError("two rows of one pair")
            store_answers(day, outcomes)

        monkeypatch.setattr(rollups, "store_answers", store)
        assert roll_up_closed_days() == 1
        assert (counted(bad), counted()) == ([], [(KETTLE, article.pk, 2, 2)])

    def test_another_day_stays(self, article):
        log(*(visit(article, n, NOON - timedelta(days=1)) for n in networks(2)))
        roll_up_closed_days()
        log(*(visit(article, n) for n in networks(3)))
        roll_up_closed_days()
        assert counted(DAY - timedelta(days=1)) == [(KETTLE, article.pk, 2, 2)]


class TestForgetting:
    @pytest.fixture(autouse=True)
    def _answered(self, article):
        self.visits = [visit(article, n) for n in networks(3)]
        log(*self.visits, *(visit(article, n, text="lid") for n in networks(2)))
        roll_up(DAY)
        self.lid = (question_hash("lid", "en"), article.pk, 2, 2)

    def test_an_erased_question_takes_its_answers_along(self):
        erase_questions(hashes_of("Kettle?"))
        assert counted() == [self.lid]

    def test_answers_without_raw_events_go_too(self):
        SearchEvent.objects.all().delete()
        DailyAnswer.objects.filter(question=KETTLE).update(day=DAY - timedelta(days=50))
        erase_questions([KETTLE])
        assert [row.question for row in DailyAnswer.objects.all()] == [self.lid[0]]

    def test_an_erased_visit_is_no_longer_counted(self, article):
        erase_visit(self.visits[0][0].visit)
        assert sorted(counted()) == sorted([(KETTLE, article.pk, 2, 2), self.lid])

    def test_a_deleted_article_takes_its_answers_along(self, site, article):
        topic = TopicFactory(parent=site.topics_en)
        article.move(topic, "last-child")
        topic.refresh_from_db()
        topic.delete()
        assert DailyAnswer.objects.count() == 0
        roll_up(DAY)
        assert DailyAnswer.objects.count() == 0

    def test_a_question_left_out_is_forgotten_and_not_learnt_again(self, monkeypatch):
        monkeypatch.setattr(answers, "_hidden", frozenset)
        leave_out(lambda: frozenset([KETTLE]))
        assert forget_answers([KETTLE]) == 1
        roll_up(DAY)
        assert counted() == [self.lid]

    def test_what_a_roll_up_wrote_meanwhile_goes_within_the_hour(self, monkeypatch):
        monkeypatch.setattr(answers, "_hidden", lambda: frozenset([KETTLE]))
        assert apply_retention().answers == 1
        assert counted() == [self.lid]


class TestAttacks:
    """What somebody can reach who wants an article at the top."""

    def test_one_address_with_many_agents_and_visits_reaches_nothing(self, article, client):
        """Through the front door: 500 agents and visits, then the same every day for a month."""
        for number in range(500):
            _post(article, f"Mozilla/5.0 (X11; Linux x86_64) Firefox/{number}.0", f"v{number}")
        assert SearchEvent.objects.values("visitor").distinct().count() == 500
        searches = SearchEvent.objects.filter(action=EventAction.SEARCH)
        assert searches.count() == searches.values("visit").distinct().count() == 500
        assert searches.values("network").distinct().count() == 1
        events = list(stores.landing().scan(timezone.localdate()))
        SearchEvent.objects.all().delete()
        for days_ago in range(2, 32):  # yesterday is open for the first hours of a day
            log([_earlier(event, days_ago) for event in events])
        assert roll_up_closed_days() == 30
        assert DailyAnswer.objects.count() == 0
        assert prior_of(article) == 0.0

    def test_many_addresses_reach_no_more_than_one(self, article):
        for days_ago in (2, 3):
            at = NOON - timedelta(days=days_ago)
            log(*(visit(article, n, at) for n in networks(300)))
        roll_up_closed_days()
        assert 0.98 < prior_of(article) < 1.0

    def test_one_address_adds_nothing_beside_readers_who_are_too_few(self, article):
        for days_ago in range(2, 30):
            at = NOON - timedelta(days=days_ago)
            log(*(visit(article, "always the same", at) for _ in range(9)))
        log(visit(article, "a reader"), visit(article, "always the same"))
        roll_up_closed_days()
        assert prior_of(article) == 0.0


def _post(article, agent, visit_id):
    """A search, a click and a long dwell, as the portal's own pages report them."""
    query_id = token_for("kettle")
    about = {"query_id": query_id, "locale": "en", "object_id": str(article.pk)}
    search = {
        "id": str(uuid4()),
        "action": "search",
        "text": "kettle",
        "locale": "en",
        "application": "primary-search",
        "query_id": query_id,
    }
    batch = {
        "visit": visit_id,
        "events": [
            search,
            {"id": str(uuid4()), "action": "click", "position": 1, **about},
            {"id": str(uuid4()), "action": "dwell", "seconds": 600, **about},
        ],
    }
    answer = Client(headers={"User-Agent": agent, "Sec-Fetch-Site": "same-origin"}).post(
        "/search/events", batch, content_type="application/json"
    )
    assert answer.json()["accepted"] == 3


def _earlier(event, days):
    """The event as another of ``days`` days ago."""
    past = timedelta(days=days)
    return replace(event, id=uuid4(), timestamp=event.timestamp - past, day=event.day - past)
