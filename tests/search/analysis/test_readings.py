"""Kana, romaji and half-typed mixtures meet the reading of kanji."""

import pytest

from search.analysis.readings import hepburn, hiragana, key, span_read_as, typed_keys, window_keys


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("へんぴ", "返品したい"),
        ("henpi", "返品したい"),
        ("へんp", "返品したい"),
        ("pasuwa", "パスワードを忘れた場合"),
        ("ぱすw", "パスワードを忘れた場合"),
        ("pasuwa-do", "パスワードを忘れた場合"),
        ("パスワードをわすr", "パスワードを忘れた場合"),
        ("ryoushuu", "領収書の発行"),
        ("ryosyusho", "領収書の発行"),
        ("りょうsh", "領収書の発行"),
        ("tyumon", "注文の確認"),
        ("chuumon", "注文の確認"),
        ("ち", "注文の確認"),
        ("shinbun", "新聞の購読"),
        ("shimbun", "新聞の購読"),
        ("まっちゃ", "抹茶の淹れ方"),
        ("maccha", "抹茶の淹れ方"),
        ("matcha", "抹茶の淹れ方"),
        ("zyuusyo", "住所の変更"),
        ("jusho", "住所の変更"),
        ("へんこう", "住所の変更"),
        ("ふぁいる", "ファイルの送り方"),
        ("fairu", "ファイルの送り方"),
        ("ﾍﾝﾋﾟﾝ", "返品したい"),
    ],
)
def test_typing_finds_the_title(typed, title):
    assert any(
        held.startswith(prefix) for prefix in typed_keys(typed) for held in window_keys(title)
    )


def test_other_words_do_not_match():
    assert not any(held.startswith("henpi") for held in window_keys("配送について"))


def test_text_without_letters_has_no_key():
    assert typed_keys("!?") == ()


@pytest.mark.parametrize("typed", ["ああああ", "へんっっっっ", "aaaa", "ＷＷＷＷ", "ｱｱｱｱ"])
def test_a_key_held_down_is_no_reading(typed):
    assert typed_keys(typed) == ()


@pytest.mark.parametrize("typed", ["あああ", "いいいん", "らーーーーめん"])
def test_long_vowels_are_one(typed):
    assert typed_keys(typed)


def test_the_span_covers_the_words_read_so():
    title = "領収書の発行と返品"
    assert span_read_as(title, typed_keys("へんぴ")) == (7, 9)
    assert span_read_as(title, typed_keys("りょうしゅうしょ")) == (0, 3)
    assert span_read_as(title, typed_keys("ぱすわ")) is None


@pytest.mark.parametrize(
    ("katakana", "romaji"),
    [("パスワード", "pasuwa-do"), ("シッパイ", "shippai"), ("マッチャ", "matcha")],
)
def test_hepburn_is_what_fingers_type(katakana, romaji):
    assert hepburn(katakana) == romaji
    assert hiragana(katakana)[0] in "ぱしま"
    assert key(romaji) == key(katakana)
