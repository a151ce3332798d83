"""Drift: found, reported without texts, repaired."""

import pytest

from kb.models import Article
from search.indexing.consumer import drain
from search.indexing.integrity import EXAMPLES, Drift, expectation, find_drift, repair
from search.indexing.jobs import check_drift
from search.indexing.models import ArticleText
from search.indexing.rebuild import rebuild_index
from tests.factories import ArticleFactory
from tests.search.indexing.factories import found


@pytest.fixture
def drifted(site, engine):
    """(kept, missing, surplus, stale): changed behind the back of every signal."""
    articles = [ArticleFactory(parent=site.topics_en, title=f"Tea {n}") for n in range(4)]
    _, missing, surplus, stale = articles
    Article.objects.filter(pk=missing.pk).update(live=False)
    rebuild_index(engine)
    Article.objects.filter(pk=missing.pk).update(live=True)
    Article.objects.filter(pk=surplus.pk).update(live=False)
    Article.objects.filter(pk=stale.pk).update(title="Coffee")
    return articles


def test_categories_and_repair(drifted, engine):
    kept, missing, surplus, stale = drifted
    drift = find_drift(engine, expectation())
    assert (drift.missing, drift.surplus, drift.stale) == ({missing.pk}, {surplus.pk}, {stale.pk})
    assert drift.total == 3
    assert repair(drift) == 3
    drain(engine)
    assert find_drift(engine, expectation()).total == 0
    assert found(engine, "tea") == [kept.pk, missing.pk]
    assert found(engine, "coffe") == [stale.pk]


def test_a_lost_text_is_stale(site, engine):
    article = ArticleFactory(parent=site.topics_en)
    rebuild_index(engine)
    ArticleText.objects.all().delete()
    drift = find_drift(engine, expectation())
    assert drift.stale == {article.pk}
    repair(drift)
    drain(engine)
    assert ArticleText.objects.count() == 1


def test_an_article_in_another_locales_index_is_surplus_there(site, engine):
    article = ArticleFactory(parent=site.topics_en)
    rebuild_index(engine)
    Article.objects.filter(pk=article.pk).update(locale=site.ja.locale)
    assert check_drift() == 1
    drain(engine)
    assert engine.status().documents == {"en": 0, "ja": 1}
    assert find_drift(engine, expectation()).total == 0


def test_the_report_has_counts_and_a_few_ids():
    ids = frozenset(range(100, 150))
    report = Drift(missing=ids).report()
    assert report["missing"] == {"count": 50, "examples": list(range(100, 100 + EXAMPLES))}
    assert report["surplus"] == {"count": 0, "examples": []}


def test_no_drift_costs_no_row(site, engine):
    ArticleFactory(parent=site.topics_en)
    rebuild_index(engine)
    assert check_drift() == 0
