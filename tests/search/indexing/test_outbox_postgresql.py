"""The outbox under transactions that overlap, which only PostgreSQL has.

SQLite lets one writer in at a time: what these tests set up cannot come about there, so they are
not even collected.
"""

import threading
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction

from search.engines import embedded
from search.indexing.consumer import drain
from search.indexing.entries import entries_after, number_entries
from search.indexing.locks import LockBusy, consumer_lock
from search.indexing.models import OutboxEntry
from search.indexing.outbox import announce_in_locales
from tests.factories import ArticleFactory, create_site
from tests.search.indexing.factories import found

TIMEOUT_SECONDS = 10


@contextmanager
def elsewhere(work):
    """Run ``work(pause)`` on a connection of its own; the block runs while it pauses.

    ``pause()`` hands over to the block and returns when the block has ended.
    """
    paused, go_on = threading.Event(), threading.Event()
    errors = []

    def pause():
        paused.set()
        assert go_on.wait(TIMEOUT_SECONDS)

    def run():
        try:
            work(pause)
        except Exception as error:  # handed to the test
            errors.append(error)
        finally:
            paused.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert paused.wait(TIMEOUT_SECONDS)
        yield
    finally:
        go_on.set()
        thread.join(TIMEOUT_SECONDS)
    assert not errors


def write_slowly(pk):
    def work(pause):
        with transaction.atomic():
            announce_in_locales({pk: "en"})
            pause()

    return work


if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_a_row_that_commits_late_is_not_passed_over():
        with elsewhere(write_slowly(1)):
            announce_in_locales({2: "en"})
            read = number_entries()
            assert [row.article_id for row in entries_after(0, 10)] == [2]
        late = OutboxEntry.objects.get(article_id=1)
        assert late.id < OutboxEntry.objects.get(article_id=2).id
        number_entries()
        assert [row.article_id for row in entries_after(read, 10)] == [1]

    def test_a_running_transaction_holds_nobody_up():
        with elsewhere(write_slowly(1)):
            for pk in (2, 3):
                announce_in_locales({pk: "en"})
                assert entries_after(number_entries() - 1, 10)[0].article_id == pk

    def test_an_article_published_in_a_long_transaction_is_indexed():
        topics = create_site().topics_en
        engine = embedded()
        made = []

        def publish(pause):
            with transaction.atomic():
                made.append(ArticleFactory(parent=topics, title="Slow tea"))
                pause()

        with elsewhere(publish):
            announce_in_locales({4711: "en"})
            drain(engine)
            assert found(engine, "tea") == []
        drain(engine)
        assert found(engine, "tea") == [made[0].pk]

    def test_one_consumer_over_all_hosts_feeds_a_shared_index(settings, tmp_path):
        class Cluster:
            name = "elasticsearch"

        def feed(pause):
            with consumer_lock(Cluster(), wait=False):
                pause()

        with elsewhere(feed):
            settings.INDEX_DIR = tmp_path / "another-host"
            with pytest.raises(LockBusy), consumer_lock(Cluster(), wait=False):
                pass
        with consumer_lock(Cluster(), wait=False):
            pass
