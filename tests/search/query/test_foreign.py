"""Questions in another language than the articles of their locale."""

import pytest

from search.engines.embedded import EmbeddedEngine
from search.query.foreign import as_far_as_known, is_foreign, is_understood
from search.query.understand import Question
from tests.search.engines.documents import document

PUBLIC = ("public",)


DOCUMENTS = [
    document("1", "The warranty of a kettle", "Two years."),
    document("2", "The ledger of refunds", visibility="staff"),
    document("3", "Workfront の保証期間", "2年間です。", locale="ja"),
]


@pytest.fixture
def filled(engine):
    engine.write(DOCUMENTS)
    return engine


@pytest.fixture
def on_this_host(tmp_path):
    """Completions are of the host's own index, whatever the engine."""
    engine = EmbeddedEngine(tmp_path / "host")
    engine.write(DOCUMENTS)
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
    ("text", "expected"),
    [
        ("warran", "warranty "),  # a word that titles hold
        ("kettle war", "kettle "),  # too few letters to tell
        ("where is my war", "where is my "),
        ("kettle warran", "kettle warranty "),
        ("kettle xylophone", "kettle xylophone"),
        ("warranty", "warranty "),
        ("warr", "warr"),  # may be Japanese as well
        ("henpin warran", "henpin warran"),
        ("Workfront hen", "Workfront hen"),  # behind a name that stands here may be Japanese
        ("Workfront", "Workfront"),  # held by articles here
        ("ledge", "ledge"),  # by none that may be read
        ("保証", "保証"),
        ("warranty ", "warranty "),
    ],
)
def test_in_progress_it_is_asked_as_far_as_it_is_known(on_this_host, text, expected):
    assert as_far_as_known(Question.read(text, "ja"), on_this_host, PUBLIC).text == expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("the kettle warr", "ja", True),
        ("where is my parcel", "ja", True),
        ("warranty", "ja", True),
        ("two", "ja", False),  # may be Japanese as well
        ("two ", "ja", True),
        ("henpin shitai", "ja", False),
        ("a", "ja", False),
        ("保", "en", False),
        ("保証", "en", True),
    ],
)
def test_which_are_surely_another_language(filled, text, locale, expected):
    assert is_understood(Question.read(text, locale), filled, PUBLIC) is expected
