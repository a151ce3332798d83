"""Queries that are written once."""

import pytest
from django.db.models import Value

from kb.models import Article
from search.indexing.prepared import Prepared
from tests.factories import ArticleFactory


def titles(ids):
    return Article.objects.filter(live=True).filter(pk__in=ids).values_list("title")


def test_finds_what_the_queryset_would(site, django_assert_num_queries):
    articles = [ArticleFactory(parent=site.topics_en) for _ in range(6)]
    articles[1].unpublish()
    prepared = Prepared(titles)
    for count in (3, 1, 2, 4, 5, 6, 3):
        ids = [article.pk for article in articles[:count]]
        with django_assert_num_queries(1):
            found = prepared.rows(ids)
        assert sorted(found) == sorted(titles(ids))


def test_keys_may_be_texts_and_stand_twice(site):
    ArticleFactory(parent=site.topics_en, title="One")
    prepared = Prepared(lambda names: Article.objects.filter(title__in=names).values_list("title"))
    assert prepared.rows(["One", "Two", "One"]) == [("One",)]


def test_nothing_is_asked_for_no_ids(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Prepared(titles).rows([]) == []


def test_refuses_a_query_whose_last_condition_is_another():
    prepared = Prepared(lambda ids: titles(ids).filter(title=Value("x")))
    with pytest.raises(ValueError, match="not the last parameters"):
        prepared.rows([1])
