"""Sound keys level what is mistyped in kana, and nothing else."""

import pytest

from search.analysis.index_terms import reading_terms
from search.analysis.sounds import SHORTEST, WHOLE, sound, sound_keys, whole_sound


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("さくじよ", "さくじょ"),  # a small kana written large
        ("プロジエクト", "プロジェクト"),
        ("ダシュボード", "ダッシュボード"),  # ... or left out
        ("イベンドサブスクリプション", "イベントサブスクリプション"),  # voicing
        ("モパイル", "モバイル"),
        ("はんぶく", "はんぷく"),
        ("フォルダ", "フォルダー"),  # long vowels
        ("おおりょう", "おうりょう"),
        ("セセクション", "セクション"),  # doubled
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("カンリ", "かんり"),
    ],
)
def test_one_sound(mistyped, meant):
    assert sound(mistyped) == sound(meant) != ""


@pytest.mark.parametrize(("one", "other"), [("かんり", "かんし"), ("へんこう", "へんひん")])
def test_other_sounds(one, other):
    assert sound(one) != sound(other)


def test_a_title_is_held_by_its_words_and_as_a_whole():
    keys = sound_keys("領収書を編集")
    assert {"りよしゆう", "りよしゆうしよ", "へんしゆう"} < set(keys)
    assert keys[0] == whole_sound("領収書を編集") == WHOLE + "りよしゆうしよをへんしゆう"


def test_what_is_shorter_than_three_kana_has_no_key():
    assert sound_keys("返品と絵")[1:] == ("へんひん", "へんひんと", "へんひんとえ")
    assert all(len(key) >= SHORTEST for key in sound_keys("絵と木の話"))
    assert whole_sound("絵") == ""


def test_latin_words_have_no_sound_of_their_own():
    assert [key for key in sound_keys("Outlook の設定")[1:] if key[0].isascii()] == []


def test_english_titles_have_no_sounds():
    assert reading_terms("Reset your password", "en") == ()
