"""Documents from articles in the database."""

import pytest
from wagtail.models import PageViewRestriction

from kb.models import Article
from search.analysis import ANALYSIS_VERSION
from search.engines.base import WITHIN_TEXT, Facet, Field
from search.indexing import documents
from search.indexing.analysers import InlineAnalyser
from search.indexing.documents import build_batches
from search.indexing.models import ArticleText
from search.indexing.sources import load_sources
from search.indexing.stored_texts import stored_texts
from search.indexing.terms import Failure
from tests.factories import ArticleFactory, TopicFactory, create_site, paragraph
from tests.search.indexing.factories import restrict


def build(*articles):
    [batch] = build_batches([{article.pk: 1 for article in articles}], InlineAnalyser())
    return batch


class CountingAnalyser(InlineAnalyser):
    def __init__(self):
        self.analysed = []

    def start(self, texts):
        self.analysed.extend(text.title for text in texts)
        return super().start(texts)


def test_topics_tags_and_facets(site):
    orders = TopicFactory(parent=site.topics_en, title="Orders")
    draft = TopicFactory(parent=orders, title="Secret", live=False)
    delivery = TopicFactory(parent=draft, title="Delivery")
    article = ArticleFactory(
        parent=delivery, title="Where is it", product="Shop", audience="Guests", stage="after"
    )
    article.tags.add("late", "parcel")
    article.save()
    [document] = build(article).documents
    assert document.fields[Field.LABELS] == ("late", "parcel", "order", "deliveri", "shop", "guest")
    assert document.facets == {
        Facet.TOPIC: (str(site.topics_en.pk), str(orders.pk), str(delivery.pk)),
        Facet.TOP_TOPIC: (str(orders.pk),),
        Facet.PRODUCT: ("Shop",),
        Facet.AUDIENCE: ("Guests",),
        Facet.STAGE: ("after",),
    }


def test_the_text_holds_the_terms_of_the_fields_within_it(site):
    article = ArticleFactory(
        parent=site.topics_en,
        title="Where is my parcel",
        also_asked_as="Track a shipment",
        short_answer="The tracking page knows.",
        body=[
            ("heading", {"text": "Delays", "level": "h2", "anchor": ""}),
            *paragraph("<p>Snow and strikes</p>"),
        ],
    )
    [document] = build(article).documents
    for field in WITHIN_TEXT:
        terms = document.fields[field]
        assert terms
        assert set(terms) <= set(document.fields[Field.TEXT])


def test_visibility_is_the_effective_one(site):
    article = ArticleFactory(parent=site.topics_en)
    restrict(site.topics_en, PageViewRestriction.LOGIN)
    assert build(article).documents[0].visibility == "signed-in"


def test_internal_notes_are_in_no_field_and_no_text(site):
    article = ArticleFactory(
        parent=site.topics_en,
        body=[*paragraph("<p>open</p>"), ("internal_note", {"text": "<p>password hunter2</p>"})],
        editor_note="hunter2",
    )
    [document] = build(article).documents
    assert not any("hunter2" in terms for terms in document.fields.values())
    assert stored_texts([article.pk])[article.pk].body == "open"


def test_what_is_not_eligible_is_absent_and_its_text_forgotten(site):
    article = ArticleFactory(parent=site.topics_en)
    build(article)
    assert ArticleText.objects.count() == 1
    article.live = False
    article.save()
    batch = build(article)
    assert (batch.documents, batch.absent) == ([], [article.pk])
    assert ArticleText.objects.count() == 0


def test_unchanged_texts_are_not_analysed_again(site):
    article = ArticleFactory(parent=site.topics_en, title="Tea")
    first, second, third = CountingAnalyser(), CountingAnalyser(), CountingAnalyser()
    [before] = build_batches([{article.pk: 1}], first)
    article.product = "Kettle"  # a facet and a label: the text stays
    article.save()
    [after] = build_batches([{article.pk: 2}], second)
    article.title = "Coffee"
    article.save()
    list(build_batches([{article.pk: 3}], third))
    assert (first.analysed, second.analysed, third.analysed) == (["Tea"], [], ["Coffee"])
    assert before.documents[0].fields[Field.TITLE] == after.documents[0].fields[Field.TITLE]
    assert before.documents[0].digest != after.documents[0].digest


def test_a_body_that_cannot_be_read_fails_alone(site, monkeypatch):
    good = ArticleFactory(parent=site.topics_en)
    bad = ArticleFactory(parent=site.topics_en)
    Article.objects.filter(pk=bad.pk).update(body=[{"type": "steps", "value": 5, "id": "x"}])
    batch = build(good, bad)
    assert [document.id for document in batch.documents] == [str(good.pk)]
    assert batch.failed.keys() == {bad.pk}
    assert isinstance(batch.failed[bad.pk], Failure)


def test_chunks_come_back_in_order(site):
    articles = [ArticleFactory(parent=site.topics_en) for _ in range(5)]

    class LookingAhead(InlineAnalyser):
        lookahead = 3

    chunks = [{article.pk: number} for number, article in enumerate(articles)]
    versions = [batch.documents[0].version for batch in build_batches(iter(chunks), LookingAhead())]
    assert versions == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_queries_however_many(site, count, django_assert_num_queries):
    articles = [ArticleFactory(parent=site.topics_en) for _ in range(count)]
    load_sources([articles[0].pk])
    # privacy, articles, topics, tags, stored texts, stored vectors, savepoint, upsert,
    # release
    with django_assert_num_queries(9):
        build(*articles)


class TestStoredTexts:
    def test_tokens_with_offsets(self, site):
        article = ArticleFactory(
            parent=site.topics_en, title="Reset passwords", body=paragraph("<p>Try again</p>")
        )
        build(article)
        stored = stored_texts([article.pk])[article.pk]
        assert stored.title_tokens == [("reset", 0, 5), ("password", 6, 15)]
        assert [stored.body[start:end] for _, start, end in stored.body_tokens] == ["Try", "again"]

    def test_is_one_query(self, site, django_assert_num_queries):
        articles = [ArticleFactory(parent=site.topics_en) for _ in range(3)]
        build(*articles)
        with django_assert_num_queries(1):
            assert len(stored_texts([article.pk for article in articles])) == 3

    def test_tells_the_version_it_was_analysed_with(self, site):
        build(ArticleFactory(parent=site.topics_en))
        assert ArticleText.objects.get().analysis_version == ANALYSIS_VERSION

    def test_goes_with_the_article(self, site):
        article = ArticleFactory(parent=site.topics_en)
        build(article)
        article.delete()
        assert ArticleText.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_article_deleted_meanwhile_does_not_stop_the_batch(monkeypatch):
    topics = create_site().topics_en
    gone, there = ArticleFactory(parent=topics), ArticleFactory(parent=topics)
    sources = load_sources([gone.pk, there.pk])
    gone.delete()
    monkeypatch.setattr(documents, "load_sources", lambda wanted: sources)
    batch = build(gone, there)
    assert len(batch.documents) == 2
    assert [text.pk for text in ArticleText.objects.all()] == [there.pk]
