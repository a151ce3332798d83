"""The content that comes with the portal goes through the importer without a loss."""

from pathlib import Path

import pytest

import kb.demo
from kb.import_export.importer import import_articles
from kb.models import Article, Topic

CONTENT = Path(kb.demo.__file__).parent / "content"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_it_is_complete_in_both_languages(site):
    report = import_articles(CONTENT)
    assert (report.skipped, report.missing_images, report.unresolved_links) == ([], 0, 0)
    english, japanese = (
        set(Article.objects.filter(locale__language_code=code).values_list("source_key", flat=True))
        for code in ("en", "ja")
    )
    assert english == japanese
    assert report.created == len(english) + len(japanese)
    topics = Topic.objects.exclude(source_key="").values_list("translation_key", flat=True)
    assert len(set(topics)) * 2 == len(topics)


def test_editors_can_save_every_article(site):
    import_articles(CONTENT)
    for page in Article.objects.all():
        page.full_clean()
