"""Announcing, numbering, reading in order, pruning."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from search.indexing.entries import (
    KEEP_POSITIONS,
    KEEP_ROWS,
    count_waiting,
    entries_after,
    number_entries,
    prune,
    superseded,
)
from search.indexing.models import IndexPosition, OutboxCounter, OutboxEntry
from search.indexing.outbox import announce, announce_below, announce_in_locales
from tests.factories import ArticleFactory, TopicFactory


@pytest.fixture
def quiet(site):
    """A site whose creation is forgotten."""
    OutboxEntry.objects.all().delete()
    return site


class TestAnnounce:
    def test_knows_the_locale(self, quiet):
        english = ArticleFactory(parent=quiet.topics_en, live=False)
        japanese = ArticleFactory(parent=quiet.topics_ja, live=False)
        announce([japanese.pk, english.pk, japanese.pk, 4711])
        rows = OutboxEntry.objects.order_by("id").values_list("article_id", "locale", "number")
        assert list(rows) == [(japanese.pk, "ja", None), (english.pk, "en", None)]

    def test_takes_any_number(self, quiet):
        announce_in_locales(dict.fromkeys(range(1, 2502), "en"))
        assert OutboxEntry.objects.count() == 2501

    def test_below_a_topic(self, quiet):
        topic = TopicFactory(parent=quiet.topics_en)
        inside = ArticleFactory(parent=TopicFactory(parent=topic), live=False)
        ArticleFactory(parent=quiet.topics_en, live=False)
        announce_below(topic.path)
        assert list(OutboxEntry.objects.values_list("article_id", flat=True)) == [inside.pk]

    def test_asks_the_worker_once_after_the_commit(self, quiet, django_capture_on_commit_callbacks):
        article = ArticleFactory(parent=quiet.topics_en, live=False)
        with django_capture_on_commit_callbacks(execute=True):
            announce([article.pk])
            announce([article.pk])
            assert DBTaskResult.objects.count() == 0
        [task] = DBTaskResult.objects.all()
        assert task.task_path == "search.indexing.tasks.drain_all"

    def test_asks_again_when_the_task_has_begun(self, quiet, django_capture_on_commit_callbacks):
        article = ArticleFactory(parent=quiet.topics_en, live=False)
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                announce([article.pk])
            DBTaskResult.objects.first().claim("worker")
        assert DBTaskResult.objects.count() == 2


def entries(*ids):
    OutboxEntry.objects.bulk_create(OutboxEntry(id=pk, article_id=pk, locale="en") for pk in ids)


def numbers():
    return dict(OutboxEntry.objects.values_list("id", "number"))


class TestNumbering:
    def test_follows_the_ids(self, db):
        entries(3, 1, 2)
        assert number_entries() == 3
        assert numbers() == {1: 1, 2: 2, 3: 3}

    def test_is_done_when_nothing_waits(self, db, django_assert_num_queries):
        entries(1)
        number_entries()
        with django_assert_num_queries(2):
            assert number_entries() == 1

    def test_begins_at_nothing(self, db):
        assert number_entries() == 0

    def test_a_row_that_shows_late_comes_last(self, db):
        """Ids 5 and 6 were given out first, but their transaction ended after 7's."""
        entries(7, 9)
        assert number_entries() == 9
        entries(5, 6)
        assert number_entries() == 11
        assert numbers() == {7: 7, 9: 9, 5: 10, 6: 11}
        entries(12)
        assert number_entries() == 12

    def test_never_gives_a_number_twice(self, db):
        entries(10)
        number_entries()
        entries(4)
        number_entries()
        entries(11)
        number_entries()
        assert numbers() == {10: 10, 4: 11, 11: 12}

    def test_goes_on_after_pruning(self, db):
        entries(10)
        number_entries()
        OutboxEntry.objects.all().delete()
        entries(3)
        assert number_entries() == 11


class TestReading:
    def test_in_order_and_in_part(self, db):
        entries(1, 2, 3)
        assert list(entries_after(0, 10)) == []
        number_entries()
        assert [row.number for row in entries_after(1, 1)] == [2]

    def test_counts_articles_not_rows(self, db):
        OutboxEntry.objects.bulk_create(OutboxEntry(article_id=pk, locale="en") for pk in (1, 1, 2))
        assert count_waiting(0) == 2
        assert count_waiting(number_entries()) == 0

    def test_superseded(self, db):
        OutboxEntry.objects.bulk_create(
            OutboxEntry(id=pk, article_id=article, locale="en")
            for pk, article in ((1, 1), (2, 2), (3, 1))
        )
        number_entries()
        assert superseded([1, 2], 2) == {1}


class TestPruning:
    @pytest.fixture
    def old_rows(self, db):
        entries(1, 2, 3)
        number_entries()
        OutboxEntry.objects.update(created_at=timezone.now() - KEEP_ROWS - timedelta(minutes=1))

    def test_deletes_what_every_index_has_passed(self, old_rows):
        IndexPosition.objects.create(index="a", position=3)
        IndexPosition.objects.create(index="b", position=2)
        assert prune() == 2
        assert numbers() == {3: 3}
        assert OutboxCounter.objects.get().pruned == 2

    def test_keeps_young_rows_for_a_rebuild(self, db):
        entries(1)
        number_entries()
        IndexPosition.objects.create(index="a", position=1)
        assert prune() == 0

    def test_keeps_all_before_the_first_index(self, old_rows):
        assert prune() == 0

    def test_forgets_an_index_nobody_feeds(self, old_rows):
        IndexPosition.objects.create(index="a", position=3)
        gone = IndexPosition.objects.create(index="gone", position=1)
        IndexPosition.objects.filter(pk=gone.pk).update(
            updated_at=timezone.now() - KEEP_POSITIONS - timedelta(minutes=1)
        )
        assert prune() == 3
        assert [position.index for position in IndexPosition.objects.all()] == ["a"]
