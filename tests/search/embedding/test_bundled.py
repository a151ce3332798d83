"""The bundled model itself."""

import subprocess
import sys

import numpy as np
import pytest

from search.embedding.bundled import BundledEmbedder
from search.embedding.guarded import GuardedEmbedder

# Each article in both languages, and questions that share no word with the one they mean.
ARTICLES = [
    ("How to reset a forgotten password", "忘れたパスワードの再設定"),
    ("When will my parcel arrive?", "荷物はいつ届きますか"),
    ("Cancel a subscription", "定期購読の解約"),
    ("Pay by credit card", "クレジットカードでのお支払い"),
]
QUESTIONS = [
    ("I can't remember my login secret", 0),
    ("delivery date of my order", 1),
    ("配達予定日を知りたい", 1),
    ("stop my monthly plan", 2),
    ("月額プランをやめたい", 2),
    ("Visa or Mastercard accepted?", 3),
]


@pytest.fixture(scope="module")
def embedder():
    return BundledEmbedder()


def test_rows_have_length_one(embedder):
    vectors = embedder.encode([title for pair in ARTICLES for title in pair])
    assert vectors.dtype == np.float32
    assert vectors.shape == (8, 512)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(8), abs=1e-5)


def test_translations_are_nearer_than_anything_else(embedder):
    english = embedder.encode([pair[0] for pair in ARTICLES])
    japanese = embedder.encode([pair[1] for pair in ARTICLES])
    likeness = english @ japanese.T
    assert likeness.argmax(axis=0).tolist() == likeness.argmax(axis=1).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("language", [0, 1])
def test_a_question_in_other_words_is_nearest_to_what_it_means(embedder, language):
    titles = embedder.encode([pair[language] for pair in ARTICLES])
    questions = embedder.encode([question for question, _ in QUESTIONS])
    assert (questions @ titles.T).argmax(axis=1).tolist() == [article for _, article in QUESTIONS]


def test_a_text_has_the_same_vector_in_any_batch(embedder):
    texts = [f"{title} {n}" for n in range(10) for pair in ARTICLES for title in pair]
    together = embedder.encode(texts)
    assert together.shape == (80, 512)
    assert embedder.encode([texts[37]])[0] == pytest.approx(together[37], abs=1e-4)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "\ud83c", "\u200b", "🍵", "é" * 500])
def test_odd_texts_have_vectors_too(embedder, text):
    assert GuardedEmbedder(embedder).passages([text, "fine"]).shape == (2, 512)


def test_no_threads_beside_the_process_s_own():
    # A process of its own: the limit is for good, and another test may have set it.
    code = (
        "from threadpoolctl import threadpool_info\n"
        "from search.embedding.bundled import BundledEmbedder\n"
        "BundledEmbedder().prepare()\n"
        "print({pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'})"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.strip() == "{1}"
