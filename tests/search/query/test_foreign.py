"""Questions in another language than the articles of their locale."""

import pytest

from search.query.foreign import is_foreign, is_held_elsewhere
from search.query.understand import Question
from tests.search.engines.documents import document

PUBLIC = ("public",)


@pytest.fixture
def filled(engine):
    engine.write(
        [
            document("1", "The warranty of a kettle", "Two years."),
            document("2", "The ledger of refunds", visibility="staff"),
            document("3", "Workfront の保証期間", "2年間です。", locale="ja"),
        ]
    )
    return engine


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("how to reset my password", "ja", True),
        ("パスワードを忘れた", "en", True),
        ("保証", "en", True),  # one word is enough: no product's name is written so
        ("warranty", "ja", True),
        ("Workfront", "ja", False),  # held by articles here
        ("Worfront", "ja", False),  # by none anywhere: a slip or a name
        ("two", "ja", True),
        ("ledger", "ja", False),  # by none that may be read
        ("ERR-1042", "ja", False),
        ("Office2019", "ja", False),
        ("Wi-Fi の設定", "ja", False),
        ("how to reset my password", "en", False),
        ("保証", "ja", False),
        ("?", "ja", False),
    ],
)
def test_which_questions_are(filled, text, locale, expected):
    assert is_foreign(Question.read(text, locale), filled, PUBLIC) is expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("the kettle warr", "ja", True),
        ("henpin shitai", "ja", False),  # Japanese, to be converted
        ("a", "ja", False),
    ],
)
def test_which_words_another_language_has(filled, text, locale, expected):
    assert is_held_elsewhere(Question.read(text, locale), filled, PUBLIC) is expected
