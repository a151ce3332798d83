import pytest

from search.log.reading import dwell_needed, dwell_needed_by_id, reading_seconds
from tests.factories import ArticleFactory, paragraph


def test_reading_takes_a_minute_for_as_many_characters_as_were_measured():
    assert reading_seconds("word " * 247 + "\n") == pytest.approx(60, abs=0.1)
    assert reading_seconds("読" * 357) == 60


@pytest.mark.parametrize(("characters", "seconds"), [(0, 10), (1, 10), (1_974, 30), (9_999, 60)])
def test_a_quarter_of_it_is_needed_within_limits(characters, seconds):
    assert dwell_needed("x" * characters) == seconds


@pytest.mark.parametrize("articles", [1, 3])
def test_by_id_in_one_query(site, articles, django_assert_num_queries):
    made = [
        ArticleFactory(parent=site.topics_ja, body=paragraph(f"<p>{'読' * 714}</p>"))
        for _ in range(articles)
    ]
    ids = {str(article.pk) for article in made} | {"0", "widget", "9" * 40}
    with django_assert_num_queries(1):
        needed = dwell_needed_by_id(ids)
    assert needed == dict.fromkeys(ids, 30.0)
