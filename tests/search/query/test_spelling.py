"""Did-you-mean offers the same on every engine."""

import pytest

from search import engines
from search.query.codes import codes_of, unknown_codes
from search.query.spelling import corrected, public_texts
from search.query.understand import Question
from tests.search.engines.documents import document

PUBLIC = ("public",)
TITLES = {
    "1": "Reset your password",
    "2": "Passwords and sign-in",
    "3": "Cancel a subscription",
    "4": "Passphrase vault",
    "8": "Which password will I need",
    "5": "プロジェクトを編集",
    "6": "作業の管理",
    "7": "ダッシュボードの使用",
    "9": "Error ERR-1042: overheating",
    "10": "ファームウェアの更新",
}


class TestCorrected:
    @pytest.fixture
    def correct(self, engine):
        staff = {"4"}
        engine.write(
            [
                document(
                    pk,
                    title,
                    "A body with a vestibule.",
                    locale="en" if title.isascii() else "ja",
                    visibility="staff" if pk in staff else "public",
                )
                for pk, title in TITLES.items()
            ]
        )

        def ask(text, locale="en", visibilities=PUBLIC):
            def texts_of(ids):
                assert staff.isdisjoint(ids)
                return [TITLES[pk] for pk in ids]

            question = Question.read(text, locale)
            codes = unknown_codes(codes_of(question), engine, locale, visibilities)
            return corrected(question, engine, visibilities, codes, texts_of)

        return ask

    def test_a_misspelt_word_is_put_right_and_the_rest_stays(self, correct):
        assert (
            correct("how do I RESET my pasword, please?") == "how do I RESET my password, please?"
        )

    def test_every_misspelt_word_is_put_right(self, correct):
        assert correct("Cancle pasword vestibule") == "Cancel password vestibule"

    def test_two_words_do_not_become_one_and_the_same(self, correct):
        assert correct("pasword passwird vestibule") is None
        assert correct("pasword and cancle") == "password and cancel"

    def test_no_word_becomes_one_without_content(self, correct):
        assert correct("wxll password") is None  # as near to "will"

    def test_an_everyday_word_is_no_misspelling(self, correct):
        assert correct("rest password") is None
        assert correct("resrt password") == "reset password"

    def test_casing_is_as_typed(self, correct):
        assert correct("Pasword") == "Password"
        assert correct("PASWORD") == "PASSWORD"

    def test_several_words(self, correct):
        assert correct("cancle my subscirpton") == "cancel my subscription"

    def test_a_question_without_unknown_words_is_left(self, correct):
        assert correct("reset password") is None

    def test_a_word_of_a_body_is_known_but_never_offered(self, correct):
        assert correct("vestibule") is None
        assert correct("vestibul") is None

    def test_far_words_are_left(self, correct):
        assert correct("refrigerator") is None

    def test_words_of_articles_that_are_not_public_are_never_offered(self, correct):
        assert correct("passphrese") is None
        assert correct("passphrese", visibilities=("public", "staff")) is None

    def test_a_word_that_the_asker_may_read_is_known(self, correct):
        assert correct("passphrase", visibilities=("public", "staff")) is None

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("fix E1042", "fix ERR-1042"),
            ("er-1042", "ERR-1042"),
            ("ERR-1O42", "ERR-1042"),  # letters that look like digits
            ("err-lO42", None),  # … among digits
            ("ERR-1043", None),  # another number is another code
            ("PSU-1042", None),  # as are other letters
            ("ES-1042", None),
            ("RR-1042", None),
            ("err 1042", None),  # held, in two words
        ],
    )
    def test_a_code_is_put_right_by_its_number(self, correct, typed, meant):
        assert correct(typed) == meant

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("プロジェクトを編修", "プロジェクトを編集"),  # another word of the same reading
            ("プロジエクトを編集", "プロジェクトを編集"),
            ("作業のんかり", "作業の管理"),
            ("タッシュホードの使用", "ダッシュボードの使用"),
            ("ふぁーむうぇあ", "ファームウェア"),  # cut in four
            ("ふぁーむうぇあの更新", "ファームウェアの更新"),
            ("プロジェクトを練習", None),  # kanji of nearly the sound of 編集: no slip
            ("ファームウェアの交信", "ファームウェアの更新"),
            ("ファームウェアの個人", None),  # こじん and こうしん are alike once levelled
        ],
    )
    def test_japanese_by_sound(self, correct, typed, meant):
        assert correct(typed, "ja") == meant


def test_texts_are_those_that_everybody_may_read_now(articles):
    ids = [str(articles[name].pk) for name in ("reset", "staff", "signed-in", "draft")]
    assert public_texts(ids) == ["Reset your password", "forgot my login"]


def test_several_words_cost_as_many_queries_as_one(articles, index, django_assert_num_queries):
    index()
    question = Question.read("cancle an oder pasword", "en")
    with django_assert_num_queries(3):
        assert corrected(question, engines.current(), PUBLIC) == "cancel an order password"


def test_an_article_closed_a_moment_ago_offers_nothing(articles):
    articles["reset"].unpublish()
    assert public_texts([str(articles["reset"].pk)]) == []
