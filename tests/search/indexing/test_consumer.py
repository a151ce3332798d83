"""From the outbox into an index."""

import pytest
from django.db import DatabaseError

from search.indexing import consumer
from search.indexing.consumer import drain, portions_after
from search.indexing.entries import number_entries
from search.indexing.locks import consumer_lock
from search.indexing.models import IndexPosition, OutboxCounter, OutboxEntry, ParkedEntry
from search.indexing.outbox import announce, announce_in_locales
from search.indexing.positions import find_position, index_name
from tests.factories import ArticleFactory
from tests.search.indexing.factories import FlakyEngine, found


def test_writes_and_removes(site, engine):
    tea = ArticleFactory(parent=site.topics_en, title="Tea")
    coffee = ArticleFactory(parent=site.topics_ja, title="Coffee")
    assert drain(engine) == 2
    assert (found(engine, "tea"), found(engine, "coffe", locale="ja")) == ([tea.pk], [coffee.pk])
    tea.live = False
    tea.save()
    coffee.delete()
    assert drain(engine) == 2
    assert (found(engine, "tea"), found(engine, "coffe", locale="ja")) == ([], [])
    assert drain(engine) == 0


def test_several_rows_of_one_article_are_one_write(site, engine):
    article = ArticleFactory(parent=site.topics_en)
    announce([article.pk])
    announce([article.pk])
    flaky = FlakyEngine(engine)
    assert drain(flaky) == 1
    assert flaky.writes == [[str(article.pk)]]


def test_the_document_has_the_highest_number(site, engine, monkeypatch):
    article = ArticleFactory(parent=site.topics_en)
    announce([article.pk])
    versions = []
    monkeypatch.setattr(
        type(engine), "write", lambda self, docs: versions.extend(d.version for d in docs)
    )
    drain(engine)
    assert versions == [number_entries()]


def test_an_article_announced_again_waits_for_its_last_row(db, monkeypatch):
    monkeypatch.setattr(consumer, "BATCH_SIZE", 2)
    for ids in ([1, 2], [3, 1], [4]):
        for pk in ids:
            announce_in_locales({pk: "en"})
    number_entries()
    assert [list(portion.wanted) for portion in portions_after(0)] == [[2], [3, 1], [4]]


def test_each_index_has_its_own_position(site, engine, settings, tmp_path):
    ArticleFactory(parent=site.topics_en, title="Tea")
    first = index_name(engine)
    drain(engine)
    settings.INDEX_DIR = tmp_path / "another"
    assert index_name(engine) != first
    assert find_position(engine) is None


def die(*args):
    raise KeyboardInterrupt


class TestKilled:
    def test_between_write_and_note(self, site, engine, monkeypatch):
        """The engine has committed, the consumer dies before it notes how far it is."""
        article = ArticleFactory(parent=site.topics_en, title="Tea")

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(consumer, "advance", die)
            drain(engine)
        assert found(engine, "tea") == [article.pk]
        assert find_position(engine).position == 0
        assert drain(engine) == 1
        assert found(engine, "tea") == [article.pk]
        assert engine.status().documents == {"en": 1}
        assert drain(engine) == 0

    def test_the_lock_goes_with_the_process(self, site, engine, monkeypatch):
        ArticleFactory(parent=site.topics_en)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(engine, "write", die)
            drain(engine)
        assert drain(engine) == 1


class TestOutage:
    def test_keeps_the_position_and_says_so_once(self, site, engine, caplog):
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        flaky = FlakyEngine(engine, outage=True)
        assert drain(flaky) == 0
        assert drain(flaky) == 0
        assert caplog.text.count("cannot be fed: gone fishing") == 1
        assert find_position(engine).problem == "gone fishing"
        assert ParkedEntry.objects.count() == 0
        flaky.outage = False
        assert drain(flaky) == 1
        assert found(engine, "tea") == [article.pk]
        assert find_position(engine).problem == ""

    def test_is_over_when_nothing_waits(self, site, engine):
        drain(engine)
        IndexPosition.objects.update(problem="gone fishing")
        drain(engine)
        assert find_position(engine).problem == ""

    def test_a_database_that_fails_parks_nothing(self, site, engine, monkeypatch):
        ArticleFactory(parent=site.topics_en)

        def fail(documents):
            raise DatabaseError("gone")

        monkeypatch.setattr(engine, "write", fail)
        with pytest.raises(DatabaseError):
            drain(engine)
        assert ParkedEntry.objects.count() == 0


class TestPoison:
    def test_a_refused_article_does_not_block_the_rest(self, site, engine, caplog):
        good, bad, other = (
            ArticleFactory(parent=site.topics_en, title=f"Tea {n}") for n in range(3)
        )
        assert drain(FlakyEngine(engine, refuse=[bad.pk])) == 3
        assert found(engine, "tea") == [good.pk, other.pk]
        [parked] = ParkedEntry.objects.all()
        assert (parked.article_id, parked.error, parked.attempts) == (
            bad.pk,
            "RuntimeError: a document it does not like",
            1,
        )
        assert f"article {bad.pk} cannot be indexed" in caplog.text

    def test_its_next_change_tries_again(self, site, engine):
        bad = ArticleFactory(parent=site.topics_en, title="Tea")
        flaky = FlakyEngine(engine, refuse=[bad.pk])
        drain(flaky)
        announce([bad.pk])
        drain(flaky)
        assert ParkedEntry.objects.get().attempts == 2
        announce([bad.pk])
        drain(engine)
        assert ParkedEntry.objects.count() == 0
        assert found(engine, "tea") == [bad.pk]

    def test_what_was_indexed_before_is_removed(self, site, engine):
        """A change that cannot be indexed may have been the one that closed the article."""
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        drain(engine)
        announce([article.pk])
        drain(FlakyEngine(engine, refuse=[article.pk]))
        assert found(engine, "tea") == []


class TestStart:
    def test_a_new_index_starts_at_the_first_row(self, site, engine):
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        drain(engine)
        assert found(engine, "tea") == [article.pk]

    def test_a_new_index_waits_for_its_rebuild_when_rows_are_gone(self, site, engine):
        ArticleFactory(parent=site.topics_en)
        number_entries()
        OutboxCounter.objects.update(pruned=1)
        assert drain(engine) == 0
        assert find_position(engine) is None


class TestLock:
    def test_a_second_consumer_leaves_at_once(self, site, engine):
        ArticleFactory(parent=site.topics_en)
        with consumer_lock(engine, wait=False):
            assert drain(engine) == 0
        assert drain(engine) == 1


def test_an_article_in_the_wrong_index_is_removed_there(site, engine):
    article = ArticleFactory(parent=site.topics_en, title="Tea")
    drain(engine)
    OutboxEntry.objects.all().delete()
    announce_in_locales({article.pk: "ja"})
    drain(engine)
    assert found(engine, "tea") == [article.pk]
