"""Beside and swap, with nothing lost."""

import pytest

from search.analysis import ANALYSIS_VERSION
from search.engines.base import DocumentRejected, EngineStatus, EngineUnavailable
from search.engines.embedded_rebuild import EmbeddedRebuild
from search.indexing import rebuild as rebuilding
from search.indexing.consumer import drain
from search.indexing.locks import LockBusy, rebuild_lock
from search.indexing.models import OutboxCounter, OutboxEntry, ParkedEntry
from search.indexing.positions import find_position
from search.indexing.rebuild import RebuildRefused, ensure_index, rebuild_index, rebuild_reason
from search.indexing.terms import Failure
from tests.factories import ArticleFactory
from tests.search.indexing.factories import found


def test_fills_every_locale(site, engine):
    tea = ArticleFactory(parent=site.topics_en, title="Tea")
    tea_ja = ArticleFactory(parent=site.topics_ja, title="お茶")
    seen = []
    documents = rebuild_index(engine, progress=lambda *step: seen.append(step))
    assert documents == {"en": 1, "ja": 1} == engine.status().documents
    assert engine.digests("en").keys() == {str(tea.pk)}
    assert engine.digests("ja").keys() == {str(tea_ja.pk)}
    assert seen == [("en", 1, 1), ("ja", 1, 1)]
    assert drain(engine) == 0


def test_an_empty_portal_gets_empty_indexes(site, engine):
    assert rebuild_index(engine) == {"en": 0, "ja": 0} == engine.status().documents


def test_one_locale_leaves_the_other_and_the_position(site, engine):
    ArticleFactory(parent=site.topics_en, title="Tea")
    ArticleFactory(parent=site.topics_ja, title="お茶")
    assert rebuild_index(engine, ["ja"]) == {"ja": 1}
    assert find_position(engine) is None
    assert drain(engine) == 2


def test_changes_meanwhile_are_not_lost(site, engine, monkeypatch):
    """While the new index is being filled one article is added, one changed, one deleted."""
    changed, deleted = (ArticleFactory(parent=site.topics_en, title="Tea") for _ in range(2))
    drain(engine)
    added = []
    fill = type(engine).rebuild

    def fill_while_editing(self, locale, documents):
        filled = fill(self, locale, documents)
        if locale == "en":
            added.append(ArticleFactory(parent=site.topics_en, title="Cocoa"))
            changed.title = "Coffee"
            changed.save()
            deleted.delete()
            drain(engine)  # the live index is fed all the while
            assert found(engine, "cocoa") == [added[0].pk]
        return filled

    monkeypatch.setattr(type(engine), "rebuild", fill_while_editing)
    assert rebuild_index(engine) == {"en": 2, "ja": 0}
    assert found(engine, "cocoa") == [added[0].pk]
    assert found(engine, "coffe") == [changed.pk]
    assert found(engine, "tea") == []


def test_what_expires_meanwhile_is_left_out(site, engine, monkeypatch):
    article = ArticleFactory(parent=site.topics_en, title="Tea")
    fill = type(engine).rebuild

    def fill_while_expiring(self, locale, documents):
        filled = fill(self, locale, documents)
        type(article).objects.filter(pk=article.pk).update(live=False)  # past every signal
        return filled

    monkeypatch.setattr(type(engine), "rebuild", fill_while_expiring)
    assert rebuild_index(engine) == {"en": 0, "ja": 0}
    assert found(engine, "tea") == []


def test_refuses_to_swap_when_the_count_is_wrong(site, engine, monkeypatch):
    tea = ArticleFactory(parent=site.topics_en, title="Tea")
    rebuild_index(engine)
    ArticleFactory(parent=site.topics_en, title="Coffee")
    folders = {path.name for path in (engine.folder / "en").iterdir() if path.is_dir()}
    fill = type(engine).rebuild
    monkeypatch.setattr(
        type(engine),
        "rebuild",
        lambda self, locale, documents: fill(self, locale, list(documents)[:1]),
    )
    with pytest.raises(RebuildRefused, match="holds 1 documents instead of 2"):
        rebuild_index(engine)
    assert found(engine, "tea") == [tea.pk]
    assert {path.name for path in (engine.folder / "en").iterdir() if path.is_dir()} == folders


def test_an_article_that_cannot_be_indexed_is_parked(site, engine, monkeypatch):
    good = ArticleFactory(parent=site.topics_en, title="Tea")
    bad = ArticleFactory(parent=site.topics_en, title="Tea")
    build = rebuilding.build_batches

    def build_without_bad(chunks, analyser):
        for batch in build(chunks, analyser):
            batch.failed.update(
                {bad.pk: Failure("no")} if any(d.id == str(bad.pk) for d in batch.documents) else {}
            )
            batch.documents[:] = [d for d in batch.documents if d.id != str(bad.pk)]
            yield batch

    monkeypatch.setattr(rebuilding, "build_batches", build_without_bad)
    assert rebuild_index(engine)["en"] == 1
    assert found(engine, "tea") == [good.pk]
    assert ParkedEntry.objects.get().article_id == bad.pk


def refuse(monkeypatch, engine, pk):
    """Make the engine refuse one article, as Elasticsearch refuses what it cannot parse."""
    fill, write = type(engine).rebuild, EmbeddedRebuild.write

    def check(documents):
        if any(document.id == str(pk) for document in documents):
            raise DocumentRejected("no")
        return documents

    monkeypatch.setattr(
        type(engine),
        "rebuild",
        lambda self, locale, documents: fill(self, locale, check(list(documents))),
    )
    monkeypatch.setattr(
        EmbeddedRebuild, "write", lambda self, documents: write(self, check(documents))
    )


def test_an_article_the_engine_refuses_is_parked(site, engine, monkeypatch):
    good, bad, other = (ArticleFactory(parent=site.topics_en, title="Tea") for _ in range(3))
    refuse(monkeypatch, engine, bad.pk)
    assert rebuild_index(engine) == {"en": 2, "ja": 0}
    assert found(engine, "tea") == [good.pk, other.pk]
    parked = ParkedEntry.objects.get()
    assert (parked.article_id, parked.error) == (bad.pk, "DocumentRejected: no")


def test_an_article_that_succeeds_in_the_end_is_not_parked(site, engine, monkeypatch):
    """It cannot be indexed at first and is mended while the new index is being filled."""
    article = ArticleFactory(parent=site.topics_en, title="Tea")
    build, fill = rebuilding.build_batches, type(engine).rebuild

    def build_nothing(chunks, analyser):
        for batch in build(chunks, analyser):
            batch.failed.update({int(d.id): Failure("no") for d in batch.documents})
            batch.documents.clear()
            yield batch

    def fill_then_mend(self, locale, documents):
        filled = fill(self, locale, documents)
        if locale == "en":
            monkeypatch.setattr(rebuilding, "build_batches", build)
            article.save()
        return filled

    monkeypatch.setattr(rebuilding, "build_batches", build_nothing)
    monkeypatch.setattr(type(engine), "rebuild", fill_then_mend)
    assert rebuild_index(engine) == {"en": 1, "ja": 0}
    assert found(engine, "tea") == [article.pk]
    assert not ParkedEntry.objects.exists()


def test_one_rebuild_at_a_time(site, engine):
    with rebuild_lock(engine), pytest.raises(LockBusy):
        rebuild_index(engine)
    with rebuild_lock(engine):
        assert ensure_index(engine) == ""


def status(**changes):
    values = {
        "engine": "embedded",
        "available": True,
        "documents": {"en": 0, "ja": 0},
        "analysis_version": ANALYSIS_VERSION,
        "index_bytes": 0,
        "problem": "",
    }
    return EngineStatus(**(values | changes))


class TestWhenItIsDue:
    def test_never_built(self, site, engine):
        assert rebuild_reason(engine, status()) == "this index has never been built"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({}, ""),
            ({"documents": {"en": 3}}, "no index for ja"),
            ({"analysis_version": "0-x"}, f"analysed by version 0-x, now {ANALYSIS_VERSION}"),
            ({"available": False, "problem": "en: cannot be opened"}, "en: cannot be opened"),
        ],
    )
    def test_reason(self, site, engine, changes, reason):
        rebuild_index(engine)
        assert rebuild_reason(engine, status(**changes)) == reason

    def test_a_cluster_that_is_out_is_left_alone(self, site, engine, monkeypatch):
        monkeypatch.setattr(type(engine), "name", "elasticsearch")
        with pytest.raises(EngineUnavailable, match="gone"):
            rebuild_reason(engine, status(available=False, problem="gone"))


class TestEnsureIndex:
    def test_builds_a_missing_one_though_rows_are_gone(self, site, engine):
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        OutboxEntry.objects.all().delete()
        OutboxCounter.objects.create(pk=1, last_number=9, pruned=9)
        assert ensure_index(engine) == "this index has never been built"
        assert found(engine, "tea") == [article.pk]
        assert ensure_index(engine) == ""

    def test_replaces_a_broken_one(self, site, engine, settings):
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        rebuild_index(engine)
        [meta] = (settings.INDEX_DIR / "en").glob("*/meta.json")
        meta.write_text("{")
        broken = type(engine)(engine.folder)  # as another process sees it
        assert not broken.status().available
        assert "en" in ensure_index(broken)
        assert found(type(engine)(engine.folder), "tea") == [article.pk]

    def test_replaces_one_whose_name_cannot_be_read(self, site, engine, settings):
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        rebuild_index(engine)
        (settings.INDEX_DIR / "en" / "current").write_bytes(b"\xff")
        assert ensure_index(engine) == "en: the name of the live index cannot be read"
        assert found(engine, "tea") == [article.pk]

    def test_replaces_a_deleted_folder(self, site, engine, settings):
        article = ArticleFactory(parent=site.topics_en, title="Tea")
        rebuild_index(engine)
        settings.INDEX_DIR.rename(settings.INDEX_DIR.with_name("lost"))
        assert ensure_index(engine) == "this index has never been built"
        assert found(engine, "tea") == [article.pk]
