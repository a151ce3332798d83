"""Articles get their vectors in the background, whatever happens meanwhile."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from kb.models import Article
from kb.visibility import Visibility
from search.indexing import embedding_job, periodic, worker
from search.indexing.consumer import drain
from search.indexing.embedding_job import embed_waiting, waiting_counts
from search.indexing.integrity import expectation, find_drift
from search.indexing.locks import embedding_lock
from search.indexing.models import ArticleText, OutboxEntry, StoredVectors
from search.indexing.rebuild import rebuild_index
from tests.factories import ArticleFactory
from tests.search.indexing.factories import found, nearest


@pytest.fixture
def articles(site, engine, embedder):
    """Two English articles and a Japanese one, indexed by their words."""
    made = [
        ArticleFactory(parent=site.topics_en, title="Return parcel"),
        ArticleFactory(parent=site.topics_en, title="Forgotten password"),
        ArticleFactory(parent=site.topics_ja, title="返品"),
    ]
    rebuild_index(engine)
    return made


def embed(engine):
    done = embed_waiting()
    drain(engine)
    return done


def drift(engine):
    return find_drift(engine, expectation()).total


class TestInOrder:
    def test_articles_are_found_by_words_first_then_by_meaning(self, articles, engine, embedder):
        assert found(engine, "parcel") == [articles[0].pk]
        assert nearest(engine, embedder, "Return parcel") == []
        assert waiting_counts() == {"en": 2, "ja": 1}
        assert embed(engine) == 3
        assert waiting_counts() == {}
        assert nearest(engine, embedder, "Return parcel")[0] == articles[0].pk
        assert nearest(engine, embedder, "返品", locale="ja") == [articles[2].pk]
        assert drift(engine) == 0

    def test_nothing_is_done_twice(self, articles, engine, embedder):
        embed(engine)
        embedder.asked.clear()
        before = OutboxEntry.objects.count()
        assert embed(engine) == 0
        assert embedder.asked == []
        assert OutboxEntry.objects.count() == before

    def test_what_changed_last_comes_first(self, articles, embedder, monkeypatch):
        monkeypatch.setattr(embedding_job, "BATCH_ARTICLES", 1)
        monkeypatch.setattr(embedding_job, "_embed", lambda rows, _: order.extend(rows) or 1 / 0)
        order: list[ArticleText] = []
        ArticleText.objects.filter(pk=articles[1].pk).update(
            updated_at=timezone.now() + timedelta(minutes=1)
        )
        with pytest.raises(ZeroDivisionError):
            embed_waiting()
        assert [row.pk for row in order] == [articles[1].pk]

    def test_an_article_without_text_has_vectors_of_its_title(self, site, engine, embedder):
        article = ArticleFactory(parent=site.topics_en, title="Return", body=[])
        rebuild_index(engine)
        embed(engine)
        assert nearest(engine, embedder, "return") == [article.pk]

    def test_a_run_ends_when_its_time_is_up(self, articles, embedder, monkeypatch):
        monkeypatch.setattr(embedding_job, "BATCH_ARTICLES", 1)
        assert embed_waiting(seconds=0) == 0
        assert embedder.asked == []

    def test_another_host_that_is_at_it_is_left_to_it(self, articles, embedder):
        with embedding_lock():
            assert embed_waiting() == 0
        assert embed_waiting() == 3

    def test_off_does_nothing(self, articles, embedder):
        embedder.is_on = False
        assert embed_waiting() == 0
        assert waiting_counts() == {}

    def test_costs_the_same_queries_to_look_however_many_there_are(
        self, articles, engine, embedder, django_assert_num_queries
    ):
        embed(engine)
        lock = 2 if connection.vendor == "postgresql" else 0  # taken and given back
        with django_assert_num_queries(1 + lock):
            embed_waiting()
        with django_assert_num_queries(1):
            waiting_counts()


class TestChanges:
    @pytest.fixture
    def embedded(self, articles, engine):
        embed(engine)
        return articles

    def test_old_vectors_go_with_the_old_text(self, embedded, engine, embedder):
        embedded[0].title = "Gift voucher"
        embedded[0].save()
        drain(engine)
        assert nearest(engine, embedder, "Return parcel") == [embedded[1].pk]
        assert waiting_counts() == {"en": 1}
        embed(engine)
        assert nearest(engine, embedder, "gift voucher")[0] == embedded[0].pk

    def test_visibility_counts_without_embedding_anew(self, embedded, engine, embedder):
        embedder.asked.clear()
        embedded[0].visibility = Visibility.STAFF
        embedded[0].save()
        drain(engine)
        assert nearest(engine, embedder, "Return parcel") == [embedded[1].pk]
        embedder.guard.question("Return parcel")
        assert nearest(engine, embedder, "Return parcel", visibilities=("staff",)) == [
            embedded[0].pk
        ]
        assert waiting_counts() == {}

    def test_what_is_not_embedded_needs_no_model(self, embedded, engine, embedder):
        embedder.asked.clear()
        embedded[0].short_answer = "Free of charge."
        embedded[0].save()
        drain(engine)
        embed(engine)
        assert embedder.asked == []
        assert nearest(engine, embedder, "Return parcel")[0] == embedded[0].pk

    def test_deleted_and_unpublished_articles_are_gone(self, embedded, engine, embedder):
        embedded[0].delete()
        embedded[1].unpublish()
        drain(engine)
        assert nearest(engine, embedder, "Return parcel") == []
        assert StoredVectors.objects.count() == 1

    def test_an_article_that_moves_to_another_locale(self, embedded, engine, embedder, site):
        article = Article.objects.get(pk=embedded[0].pk)
        article.locale = site.topics_ja.locale
        article.save()
        drain(engine)
        embed(engine)
        assert nearest(engine, embedder, "Return parcel") == [embedded[1].pk]
        assert nearest(engine, embedder, "Return parcel", locale="ja")[0] == embedded[0].pk

    def test_a_rebuild_takes_stored_vectors(self, embedded, engine, embedder):
        embedder.asked.clear()
        rebuild_index(engine)
        assert nearest(engine, embedder, "Return parcel")[0] == embedded[0].pk
        assert embedder.asked == ["Return parcel"]
        assert drift(engine) == 0

    def test_another_analysis_embeds_nothing_anew(self, embedded, engine, embedder, monkeypatch):
        embedder.asked.clear()
        monkeypatch.setattr("search.indexing.terms.ANALYSIS_VERSION", "next")
        rebuild_index(engine)
        assert waiting_counts() == {"en": 2, "ja": 1}
        embed(engine)
        assert (embedder.asked, waiting_counts()) == ([], {})
        assert nearest(engine, embedder, "Return parcel")[0] == embedded[0].pk

    def test_another_model_takes_the_place_of_the_former(self, embedded, engine, embedder):
        embedder.change_to("another", 48)
        assert nearest(engine, embedder, "Return parcel") == []
        assert waiting_counts() == {"en": 2, "ja": 1}
        embed(engine)
        assert nearest(engine, embedder, "Return parcel")[0] == embedded[0].pk

    def test_a_model_that_changes_its_size_under_its_name(self, embedded, engine, embedder):
        embedder.change_to("a test", 48)
        embedded[0].title = "Gift voucher"
        embedded[0].save()
        drain(engine)
        # Noticed with the first article embedded; all others follow.
        assert embed(engine) == 3
        assert len(nearest(engine, embedder, "gift voucher")) == 2
        assert drift(engine) == 0

    def test_switched_off_and_on_again(self, embedded, engine, embedder):
        embedder.is_on = False
        assert drift(engine) == 0
        rebuild_index(engine)
        assert drift(engine) == 0
        embedder.is_on = True
        embedder.asked.clear()
        assert (embed_waiting(), drift(engine)) == (0, 0)
        assert nearest(engine, embedder, "Return parcel")[0] == embedded[0].pk
        assert embedder.asked == ["Return parcel"]


class TestTrouble:
    def test_an_embedder_that_is_out_is_tried_again(self, articles, engine, embedder, caplog):
        embedder.outage = "gone fishing"
        assert [embed_waiting() for _ in range(3)] == [0, 0, 0]
        assert [r.levelname for r in caplog.records if "gone fishing" in r.message] == ["ERROR"]
        assert found(engine, "parcel") == [articles[0].pk]
        assert waiting_counts() == {"en": 2, "ja": 1}
        embedder.outage = ""
        assert embed(engine) == 3

    def test_it_is_asked_now_and_then_only(self, articles, embedder, monkeypatch):
        monkeypatch.setattr(embedding_job._outage, "_retry_seconds", 60)
        embedder.outage = "gone fishing"
        embed_waiting()
        embedder.asked.clear()
        assert [embed_waiting() for _ in range(9)] == [0] * 9
        assert embedder.asked == []

    def test_a_text_it_refuses_stops_no_other(self, articles, engine, embedder, caplog):
        embedder.refuse = "Forgotten"
        embed(engine)
        assert nearest(engine, embedder, "Return parcel") == [articles[0].pk]
        assert found(engine, "password") == [articles[1].pk]
        assert f"article {articles[1].pk} cannot be embedded" in caplog.text
        assert waiting_counts() == {}
        embedder.asked.clear()
        embed_waiting()
        assert embedder.asked == []

    def test_it_is_tried_again_after_a_while_or_a_change(self, articles, engine, embedder):
        embedder.refuse = "Forgotten"
        embed(engine)
        embedder.refuse = ""
        StoredVectors.objects.update(made_at=timezone.now() - timedelta(hours=2))
        assert embed(engine) == 1
        assert articles[1].pk in nearest(engine, embedder, "password")

    def test_an_outage_in_the_middle_blames_no_text(self, articles, embedder, monkeypatch):
        embedder.refuse = "Forgotten"
        monkeypatch.setattr(embedder.guard, "problem", lambda: "gone fishing")
        assert embed_waiting() == 0
        assert not StoredVectors.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_an_article_that_goes_meanwhile(self, articles, engine, embedder, monkeypatch):
        usual = embedder.encode

        def encode(texts):
            Article.objects.filter(pk=articles[1].pk).delete()
            return usual(texts)

        monkeypatch.setattr(embedder, "encode", encode)
        embed(engine)
        assert set(StoredVectors.objects.values_list("pk", flat=True)) == {
            articles[0].pk,
            articles[2].pk,
        }
        assert waiting_counts() == {}

    def test_a_text_that_changes_meanwhile(self, articles, engine, embedder, monkeypatch):
        usual = embedder.encode

        def encode(texts):
            monkeypatch.setattr(embedder, "encode", usual)
            article = Article.objects.get(pk=articles[0].pk)
            article.title = "Gift voucher"
            article.save()
            drain(engine)
            return usual(texts)

        monkeypatch.setattr(embedder, "encode", encode)
        embed(engine)
        assert waiting_counts() == {}
        assert nearest(engine, embedder, "gift voucher")[0] == articles[0].pk
        assert drift(engine) == 0

    def test_a_long_run_holds_up_no_other_job(self, db, monkeypatch):
        monkeypatch.setattr(periodic, "_jobs", {})
        monkeypatch.setattr(periodic, "_last_here", {})
        stop, drained = threading.Event(), threading.Event()
        periodic.register("embed", 1, lambda: stop.wait(20), on_every_host=True, is_long=True)
        periodic.register("drain", 1, drained.set, on_every_host=True)
        threads = [
            threading.Thread(target=worker._run_periodically, args=(stop, is_long))
            for is_long in (True, False)
        ]
        for thread in threads:
            thread.start()
            time.sleep(0.2)
        try:
            assert drained.wait(5)
        finally:
            stop.set()
            for thread in threads:
                thread.join(25)
            connection.close()


def test_embedding_is_the_worker_s_long_job():
    assert [job.name for job in periodic.jobs() if job.is_long] == ["embed"]
