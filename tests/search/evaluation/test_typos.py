"""The generator of errors: its rates, its seeds, and that every error is one."""

from collections import Counter

import pytest
from rapidfuzz.distance import OSA

from search.analysis import japanese
from search.evaluation.typos import (
    LONG_TITLE,
    RATES,
    ErrorKind,
    Word,
    homophones,
    misspellings,
    mistype,
)


def ways(surface: str, kind: ErrorKind, spelling: str | None = None) -> list[str]:
    return misspellings(Word(0, len(surface), surface, spelling or surface.lower()), kind)


@pytest.fixture(autouse=True)
def small_dictionary(monkeypatch):
    """Reading all of the dictionary takes seconds."""
    words = [
        ("編集", "ヘンシュウ"),
        ("編修", "ヘンシュウ"),
        ("編輯", "ヘンシュウ"),
        ("設定", "セッテイ"),
    ]
    monkeypatch.setattr(japanese, "common_nouns", lambda: iter(words))
    homophones.cache_clear()
    yield
    homophones.cache_clear()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_rates_add_up(language):
    assert sum(RATES[language].values()) == pytest.approx(1)


def drawn(title: str, language: str) -> dict[ErrorKind, float]:
    kinds = Counter(mistype(title, language, seed).kinds[0] for seed in range(4_000))
    return {kind: count / 4_000 for kind, count in kinds.items()}


@pytest.mark.parametrize(
    ("title", "language"), [("Reset your password", "en"), ("プロジェクトを編集", "ja")]
)
def test_errors_occur_at_the_stated_rates(title, language):
    assert drawn(title, language) == pytest.approx(RATES[language], abs=0.025)


def test_the_first_letter_is_as_likely_as_any_other():
    first = sum(mistype("password", "en", seed).text[0] != "p" for seed in range(4_000))
    # One of eight letters; a swap touches it in one of seven places, doubling it never shows.
    assert first / 4_000 == pytest.approx(0.1, abs=0.03)


def test_a_seed_always_gives_the_same_error():
    assert mistype("Reset your password", "en", 1) == mistype("Reset your password", "en", 1)
    assert len({mistype("Reset your password", "en", seed).text for seed in range(20)}) > 10


@pytest.mark.parametrize("seed", range(40))
def test_a_short_title_has_one_error_and_a_long_one_two(seed):
    assert len(mistype("Reset your password", "en", seed).kinds) == 1
    long_title = "Configure notifications for every project"
    assert len(long_title) > LONG_TITLE
    found = mistype(long_title, "en", seed)
    assert len(found.kinds) == 2
    changed = [a != b for a, b in zip(found.text.split(), long_title.split(), strict=True)]
    assert sum(changed) == 2


@pytest.mark.parametrize("seed", range(40))
def test_an_english_error_is_one_edit_and_keeps_short_words(seed):
    found = mistype("Reset the password", "en", seed).text
    assert OSA.distance("reset the password", found.lower()) == 1
    assert " the " in found


def test_what_has_no_content_word_cannot_be_mistyped():
    assert mistype("What is it", "en", 1) is None
    assert mistype("2017.3", "ja", 1) is None


def test_each_kind_of_english_error():
    assert "oaper" in ways("paper", ErrorKind.NEIGHBOUR)
    assert "caper" not in ways("paper", ErrorKind.NEIGHBOUR)
    assert sorted(ways("Test", ErrorKind.OMISSION)) == ["Est", "Tes", "Tet", "Tst"]
    assert ways("Test", ErrorKind.TRANSPOSITION) == ["Etst", "Tset", "Tets"]
    assert ways("TEST", ErrorKind.DOUBLING) == ["TTEST", "TEEST", "TESST", "TESTT"]


def test_each_kind_of_kana_error():
    assert ways("バグ", ErrorKind.VOICING, "ばぐ") == ["ハグ", "パグ", "バク"]
    assert ways("フォルダー", ErrorKind.LONG_VOWEL, "ふぉるだー") == ["フォルダ"]
    assert ways("フォルダ", ErrorKind.LONG_VOWEL, "ふぉるだ") == ["フォルダー"]
    assert ways("変更", ErrorKind.LONG_VOWEL, "へんこう") == ["へんこお"]
    assert ways("切手", ErrorKind.SMALL_KANA, "きって") == ["きて", "きつて"]
    assert ways("管理", ErrorKind.KANA_TRANSPOSITION, "かんり") == ["んかり", "かりん"]


def test_homophones_are_other_words_in_ordinary_kanji():
    # 編輯 is written with a kanji of the second level.
    assert ways("編集", ErrorKind.HOMOPHONE, "へんしゅう") == ["編修"]
    assert ways("設定", ErrorKind.HOMOPHONE, "せってい") == []
    assert ways("カンリ", ErrorKind.HOMOPHONE, "かんり") == []
