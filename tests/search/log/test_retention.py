from datetime import timedelta

import pytest
from django.utils import timezone

from search.log import stores
from search.log.models import DailyAnswer, DailyQuestion, RolledUpDay, SearchEvent, VisitorSalt
from search.log.retention import Retained, apply_retention
from search.log.rollups import roll_up
from search.log.visitors import salt_of
from tests.factories import ArticleFactory
from tests.search.log.factories import failed_visits


@pytest.mark.django_db
def test_deletes_what_is_due_and_nothing_else(settings):
    settings.ANNAI_LOG_RETENTION_DAYS = 90
    today = timezone.localdate()
    for days_ago in (0, 1, 2):
        salt_of(today - timedelta(days=days_ago))
    now = timezone.now()
    for days_ago in (89, 90, 91):
        stores.landing().append(failed_visits("kettle", 2, now - timedelta(days=days_ago)))
    roll_up(today - timedelta(days=90))
    DailyQuestion.objects.create(
        day=today - timedelta(days=91), locale="en", question="r", text="rare", visitors=1
    )
    assert apply_retention() == Retained(events=2, salts=2, texts=1, answers=0)
    assert apply_retention() == Retained(events=0, salts=0, texts=0, answers=0)
    kept = SearchEvent.objects.order_by("-day").values_list("day", flat=True).distinct()
    assert list(kept) == [today - timedelta(days=89), today - timedelta(days=90)]
    assert [row.day for row in VisitorSalt.objects.all()] == [today]
    assert RolledUpDay.objects.count() == 1
    assert list(DailyQuestion.objects.order_by("day").values_list("text", "visitors")) == [
        ("", 1),
        ("kettle", 2),
    ]


def test_answers_live_as_long_as_the_events_they_were_counted_from(site, settings):
    settings.ANNAI_LOG_RETENTION_DAYS = 90
    article = ArticleFactory(parent=site.topics_en)
    today = timezone.localdate()
    for days_ago in (90, 91):
        DailyAnswer.objects.create(
            day=today - timedelta(days=days_ago),
            question="q",
            article=article,
            opened=3,
            answered=2,
        )
    assert apply_retention().answers == 1
    assert [row.day for row in DailyAnswer.objects.all()] == [today - timedelta(days=90)]
