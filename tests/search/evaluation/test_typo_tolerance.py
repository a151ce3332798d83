"""``evaluate_typos``: live articles, typed with errors, through the whole pipeline."""

import json

import pytest
from django.core.management import CommandError, call_command

from kb.visibility import Visibility
from search.engines import embedded
from search.evaluation.typo_tolerance import measure
from search.evaluation.typos import ErrorKind
from search.indexing.rebuild import rebuild_index
from tests.factories import ArticleFactory


@pytest.fixture
def indexed(site, settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "index"
    settings.ELASTICSEARCH_URL = ""
    for title in ("Reset your password", "Cancel a subscription", "Twice", "Twice", "2026"):
        ArticleFactory(parent=site.topics_en, title=title)
    ArticleFactory(parent=site.topics_en, title="Staff handbook", visibility=Visibility.STAFF)
    ArticleFactory(parent=site.topics_ja, title="プロジェクトとデータを使用")
    rebuild_index(embedded())


def test_titles_of_one_public_article_are_typed(indexed):
    measured = measure("en", [1, 2], 300, lambda line: None)
    typed = sorted((title.seed, title.title) for title in measured.titles)
    assert typed == [
        (1, "Cancel a subscription"),
        (1, "Reset your password"),
        (2, "Cancel a subscription"),
        (2, "Reset your password"),
    ]
    assert all(title.text != title.title for title in measured.titles)


def test_the_report(indexed, capsys, monkeypatch):
    monkeypatch.setattr("search.analysis.japanese.common_nouns", lambda: iter(()))
    call_command("evaluate_typos", "--seeds", "1", "--count", "1", "--json")
    report = json.loads(capsys.readouterr().out)
    assert sorted(report) == ["en", "ja"]
    for figures in report.values():
        found = {"titles": 1, "suggest_success@5": 1.0, "search_success@5": 1.0}
        assert figures["seeds"] == {"1": found}
        (kind,) = figures["kinds"]
        assert kind in list(ErrorKind)
        assert sorted(figures["suggest_ms"]) == ["p50", "p95", "p99"]


def test_a_count_below_one_is_refused():
    with pytest.raises(CommandError, match="--count"):
        call_command("evaluate_typos", "--count", "0")
