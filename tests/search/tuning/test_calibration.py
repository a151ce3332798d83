"""From which evidence on a question counts as answered, measured on the site."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from kb.models import Article
from search.embedding.guarded import GuardedEmbedder
from search.engines import embedded
from search.indexing import periodic
from search.indexing.embedding_job import embed_waiting
from search.indexing.feeding import feed_indexes
from search.indexing.rebuild import rebuild_index
from search.log.models import DailyAnswer, DailyQuestion
from search.query.evidence import DRAWS, FEWEST_QUESTIONS
from search.query.pipeline import search
from search.query.rules import forget_rules, rules_for
from search.query.tokens import question_hash
from search.query.values import SearchRequest
from search.tuning import calibration
from search.tuning.calibration import (
    NEW_QUESTIONS,
    calibrate_where_due,
    notice_new_questions,
    notice_new_translations,
    public_phrases,
    translated_phrases,
)
from search.tuning.models import Calibration
from tests.factories import ArticleFactory, paragraph

SUBJECTS = (
    "invoice parcel password refund warranty colour battery subscription voucher address manual "
    "charger delivery repair account newsletter gift size filter handle lid spare receipt"
).split()

SUBJECTS_JA = (
    "請求書 荷物 パスワード 返金 保証 色 電池 定期購入 引換券 住所 説明書 "
    "充電器 配達 修理 口座 会報 贈り物 大きさ 濾過器 取っ手 蓋 予備品 領収書"
).split()


@pytest.fixture
def filled(site, settings, tmp_path):
    """A site with as many public articles as a threshold needs, and vectors of all."""
    settings.INDEX_DIR = tmp_path / "index"
    settings.ELASTICSEARCH_URL = ""
    for subject in SUBJECTS:
        ArticleFactory(
            parent=site.topics_en,
            title=f"Change the {subject} of your order",
            body=paragraph(f"<p>Open your orders and choose the {subject} you want.</p>"),
        )
    rebuild_index(embedded())
    while embed_waiting():
        pass
    feed_indexes(wait=True)
    return site


def test_enough_articles_make_a_threshold_that_is_in_force(filled):
    assert len(SUBJECTS) >= FEWEST_QUESTIONS
    calibrate_where_due()
    stored = Calibration.objects.get(locale="en")
    assert stored.evidence > stored.cosine > 0
    forget_rules()  # as on_commit does
    assert rules_for("en").thresholds == stored.thresholds


def test_a_language_with_few_articles_is_not_decided(filled):
    calibrate_where_due()
    assert Calibration.objects.get(locale="ja").thresholds is None


def test_measures_again_only_when_the_site_has_changed(filled):
    assert calibrate_where_due() == 2
    assert calibrate_where_due() == 0
    for number in range(5):
        ArticleFactory(parent=filled.topics_en, title=f"Another article {number}")
    feed_indexes(wait=True)
    while embed_waiting():
        pass
    feed_indexes(wait=True)
    assert calibrate_where_due() == 1


def answered_question(number, article):
    """A question that the article answered for enough readers lately."""
    text = f"how do i change number{number}"
    question = question_hash(text, "en")
    for days in (1, 2):
        day = timezone.localdate() - timedelta(days=days)
        DailyQuestion.objects.create(day=day, locale="en", question=question, text=text)
        DailyAnswer.objects.create(
            day=day, question=question, article=article, opened=4, answered=4
        )
    return text


@pytest.fixture
def asked(monkeypatch):
    """The texts that a calibration asks, as it asks them."""
    texts = []

    def ask(question, engine, embedder):
        texts.append(question.text)
        return candidates(question, engine, embedder)

    candidates = calibration._candidates
    monkeypatch.setattr(calibration, "_candidates", ask)
    return texts


def test_asks_what_readers_were_answered_beside_its_own(filled, asked):
    texts = [answered_question(n, Article.objects.live().last()) for n in range(3)]
    assert calibrate_where_due() == 2
    assert sorted(asked[len(SUBJECTS) * DRAWS :]) == sorted(texts)


def test_measures_again_when_readers_were_answered_enough_new_questions(filled):
    article = Article.objects.live().last()
    calibrate_where_due()
    two_days_ago = timezone.now() - timedelta(days=2)
    Calibration.objects.update(measured_at=two_days_ago)
    before = Calibration.objects.get(locale="en").thresholds
    for number in range(NEW_QUESTIONS - 1):
        answered_question(number, article)
    assert (notice_new_questions(), calibrate_where_due()) == (0, 0)
    answered_question("last", article)
    assert notice_new_questions() == 1
    assert Calibration.objects.get(locale="en").thresholds == before
    assert notice_new_questions() == 0
    assert calibrate_where_due() == 1
    assert (notice_new_questions(), calibrate_where_due()) == (0, 0)


def test_looks_for_new_questions_once_a_day():
    (job,) = (job for job in periodic.jobs() if job.function is notice_new_questions)
    assert job.every_seconds == 24 * 3600


def test_waits_for_vectors(filled):
    ArticleFactory(parent=filled.topics_en, title="Not embedded yet")
    feed_indexes(wait=True)
    calibrate_where_due()
    assert not Calibration.objects.filter(locale="en").exists()


def test_waits_until_the_vectors_are_in_the_index(filled):
    ArticleFactory(parent=filled.topics_en, title="Embedded, not yet indexed")
    feed_indexes(wait=True)
    while embed_waiting():
        pass
    assert calibrate_where_due() == 0


def test_without_an_embedder_words_alone_decide(filled, settings):
    settings.EMBEDDER = "off"
    calibrate_where_due()
    forget_rules()
    answered = search(SearchRequest("change the lid", "en")).outcome
    weak = search(SearchRequest("elephants in orbit of your order", "en")).outcome
    assert (answered.no_answer, weak.no_answer) == (False, True)
    assert weak.total > 0


def test_what_was_measured_by_words_alone_decides_nothing_by_meaning(filled, settings):
    settings.EMBEDDER = "off"
    assert calibrate_where_due() == 2
    settings.EMBEDDER = "bundled"
    forget_rules()
    assert rules_for("en").thresholds.evidence is None
    assert not search(SearchRequest("elephants in orbit of your order", "en")).outcome.no_answer
    assert calibrate_where_due() == 2
    forget_rules()
    assert search(SearchRequest("elephants in orbit of your order", "en")).outcome.no_answer


def test_an_embedder_that_is_out_leaves_the_thresholds_as_they_are(filled, monkeypatch):
    calibrate_where_due()
    before = Calibration.objects.get(locale="en").thresholds
    Calibration.objects.update(basis="")
    monkeypatch.setattr(GuardedEmbedder, "question", lambda self, text: None)
    assert calibrate_where_due() == 0
    assert Calibration.objects.get(locale="en").thresholds == before


def test_in_another_language_meaning_is_measured_on_translations(filled, asked):
    calibrate_where_due()
    before = Calibration.objects.get(locale="en").thresholds
    articles = Article.objects.filter(locale__language_code="en").order_by("pk")
    for word, article in zip(SUBJECTS_JA, articles, strict=True):
        ArticleFactory(
            parent=filled.topics_ja,
            title=f"注文の{word}を変更する",
            translation_key=article.translation_key,
        )
    feed_indexes(wait=True)
    while embed_waiting():
        pass
    feed_indexes(wait=True)
    asked.clear()
    assert calibrate_where_due() == 1  # Japanese, which has grown
    assert (notice_new_translations(), calibrate_where_due()) == (1, 1)
    assert notice_new_translations() == 0
    after = Calibration.objects.get(locale="en").thresholds
    assert after.cosine != before.cosine
    assert after == replace(before, cosine=after.cosine)
    assert "注文の返金を変更する" in asked


def test_of_translations_only_public_ones_are_asked(site):
    article, other, secret = (
        ArticleFactory(parent=site.topics_en, title=title, visibility=visibility)
        for title, visibility in (("Rain", "public"), ("Sun", "public"), ("Fog", "staff"))
    )
    english = ArticleFactory(parent=site.topics_en, title="To be translated")
    for title, original, options in (
        ("雨", article, {"also_asked_as": "降る"}),
        ("太陽", other, {"visibility": "staff"}),
        ("霧", secret, {}),
        ("風", None, {}),
        ("To be translated", english, {}),
    ):
        key = {"translation_key": original.translation_key} if original else {}
        ArticleFactory(parent=site.topics_ja, title=title, **key, **options)
    wind = ArticleFactory(parent=site.topics_en, title="Alias")
    wind.copy_for_translation(site.topics_ja.locale, copy_parents=True, alias=True)
    assert Article.objects.filter(title="Alias", locale__language_code="ja", live=True).exists()
    assert list(translated_phrases("en")) == [(str(article.pk), ["雨", "降る"])]
    assert [phrases for _, phrases in translated_phrases("ja")] == [["Rain"]]


@pytest.mark.parametrize(
    ("then", "is_noticed"), [(0, True), (19, True), (20, False), (22, False), (30, True)]
)
def test_notices_where_translations_begin_to_tell(site, monkeypatch, then, is_noticed):
    for number in range(20):
        article = ArticleFactory(parent=site.topics_en, title=f"Rain {number}")
        key = article.translation_key
        ArticleFactory(parent=site.topics_ja, title=f"雨 {number}", translation_key=key)
    Calibration.objects.create(locale="en", basis="x", documents=20, translations=then)
    assert notice_new_translations() == is_noticed


def test_looks_for_new_translations_once_a_day():
    (job,) = (job for job in periodic.jobs() if job.function is notice_new_translations)
    assert job.every_seconds == 24 * 3600


def test_only_what_everybody_may_read_is_asked(site):
    ArticleFactory(parent=site.topics_en, title="Public", also_asked_as="open to all")
    ArticleFactory(parent=site.topics_en, title="Secret", visibility="staff")
    ArticleFactory(parent=site.topics_en, title="Draft", live=False)
    assert [phrases for _, phrases in public_phrases("en")] == [["Public", "open to all"]]
