"""What text becomes: terms, offsets, normal forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import TokenKind, analyse, question_key
from search.analysis.english import stems_passed


def terms(text: str, language: str = "en") -> tuple[str, ...]:
    return analyse(text, language).terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I reset my passwords?", ("reset", "password")),
        ("ERR-1042", ("err1042", "err", "1042")),
        ("err1042", ("err1042", "err", "1042")),
        ("v2.3", ("v2.3", "v2", "3")),
        ("Windows2019", ("windows2019", "window", "2019")),
        ("256GB", ("256gb", "256", "gb")),
        ("mp3 2fa o365", ("mp3", "2fa", "o365")),
        ("wi-fi", ("wifi", "wi", "fi")),
        ("the customer's orders", ("custom", "order")),
        ("It doesn't work", ("not", "work")),
        ("It hasn't arrived, haven’t they?", ("not", "arriv", "not")),
        ("ＰＡＳＳＷＯＲＤ", ("password",)),
    ],
)
def test_english_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバー", "サーバ"),
        ("打込む", "打ち込む"),
        ("問合せ", "問い合わせ"),
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("ブラウザー", "ブラウザ"),
        ("ｉＰｈｏｎｅ", "iPhone"),
    ],
)
def test_variants_share_their_terms(one, other):
    assert terms(one, "ja") == terms(other, "ja")


def test_japanese_keeps_content_and_negation_and_drops_endings():
    assert terms("注文をキャンセルできないのですが", "ja") == ("注文", "キャンセル", "ない")


def test_a_particle_after_a_latin_word_is_still_a_particle():
    assert terms("iPhoneで撮る", "ja") == ("iphon", "撮る")


def test_latin_words_are_not_turned_into_katakana():
    assert terms("cancelしたい", "ja")[0] == "cancel"


def test_long_text_is_analysed_whole():
    text = "返品について。" * 4_000  # 84,000 bytes: more than Sudachi takes at once
    assert terms(text, "ja").count("返品") == 4_000


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_offsets_lie_in_the_text_in_order_and_terms_hold_no_space(text):
    tokens = analyse(text, "ja").tokens
    starts = [token.start for token in tokens]
    assert starts == sorted(starts)
    for token in tokens:
        assert 0 <= token.start <= token.end <= len(text)
        assert token.term
        assert not any(character.isspace() for character in token.term)


class TestQuestionKey:
    @pytest.mark.parametrize(
        ("one", "other", "language"),
        [
            ("How do I reset my password?", "password reset", "en"),
            ("wi-fi setup", "Set-up of Wi-Fi".replace("Set-up", "setup"), "en"),
            ("返品の方法を教えてください", "返品 方法 教えて", "ja"),
            ("問合せ", "問い合わせは？", "ja"),
        ],
    )
    def test_variants_share_a_key(self, one, other, language):
        assert question_key(one, language) == question_key(other, language)

    def test_different_questions_have_different_keys(self):
        assert question_key("cancel order", "en") != question_key("cancel subscription", "en")

    def test_a_question_of_stop_words_has_a_key(self):
        assert question_key("what is it", "en") == "is it what"

    def test_text_without_words_is_its_own_key(self):
        assert question_key("🍵 ?", "en") == "🍵 ?"


def test_stop_words_keep_their_place():
    kinds = [token.kind for token in analyse("my password", "en").tokens]
    assert kinds == [TokenKind.STOP, TokenKind.WORD]


@pytest.mark.parametrize(
    ("beginning", "stem"),
    [
        ("settin", "set"),
        ("applicat", "applic"),
        ("configurati", "configur"),
        ("availab", "avail"),
        ("managem", "manag"),
        ("stopp", "stop"),
        ("cancell", "cancel"),
        ("querie", "queri"),
    ],
)
def test_an_ending_that_has_begun_leads_to_the_stem(beginning, stem):
    assert stem in stems_passed(beginning)


@pytest.mark.parametrize("beginning", ["refu", "plane", "se", "2fa", "a-b", "設定", "", "naï"])
def test_a_word_without_an_ending_has_passed_no_stem(beginning):
    assert stems_passed(beginning) == ()
