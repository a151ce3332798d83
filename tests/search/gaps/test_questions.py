"""What hiding and erasing a question leave of it in the log."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search.gaps.questions import erase_question, find_question, hide_question, show_question
from search.log import stores
from search.log.events import EventAction
from search.log.models import DailyAnswer
from search.log.rollups import roll_up
from tests.factories import ArticleFactory
from tests.search.log.factories import failed_visits, follow_up, search_event

NOON = timezone.now().replace(hour=12, minute=0, second=0) - timedelta(days=2)
DAY = NOON.date()


@pytest.fixture
def kettle(site):
    """A question that failed for some readers, and was answered by an article for others."""
    article = ArticleFactory(parent=site.topics_en)
    events = failed_visits("kettle", 3, NOON)
    for number in range(3):
        names = {"visit": f"read-{number}", "network": f"n{number}", "visitor": f"v{number}"}
        search = search_event("kettle", NOON, **names)
        opened = {"object_id": str(article.pk), "seconds": 60}
        events += [search, follow_up(search, EventAction.DWELL, 70, **opened)]
    stores.landing().append(events)
    roll_up(DAY)
    assert DailyAnswer.objects.count() == 1
    return find_question(events[0].question)


def test_a_hidden_question_is_no_longer_learnt_from(kettle):
    hide_question(kettle, user_id=None)
    assert DailyAnswer.objects.count() == 0
    roll_up(DAY)
    assert DailyAnswer.objects.count() == 0


def test_shown_again_it_is_learnt_from_again(kettle):
    hide_question(kettle, user_id=None)
    show_question(kettle)
    roll_up(DAY)
    assert DailyAnswer.objects.count() == 1


def test_an_erased_question_takes_its_answers_along(kettle):
    erase_question(kettle, user_id=None)
    assert DailyAnswer.objects.count() == 0
