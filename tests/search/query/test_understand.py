"""What is read of a question."""

import pytest

from search.query.understand import Question


@pytest.mark.parametrize(
    ("typed", "finished"),
    [
        ("注文の返品", "注文の"),
        ("注文のへんぴ", "注文"),
        ("じゅうしょへんこう", ""),
        ("住所 he", "住所"),
        ("パスワード", ""),
        ("注文 ", "注文 "),
    ],
)
def test_what_is_still_to_be_converted_is_not_finished(typed, finished):
    assert Question.read(typed, "ja").finished.text == finished


@pytest.mark.parametrize(
    ("text", "locale", "beginning"),
    [
        ("reset pass", "en", "pass"),
        ("reset pass ", "en", ""),
        ("reset p", "en", ""),
        ("パスワードを変更し", "ja", ""),  # 為る, without content
        ("パスワードの変", "ja", "変"),
    ],
)
def test_what_a_word_in_progress_tells_of_what_it_may_become(text, locale, beginning):
    assert Question.read(text, locale).beginning == beginning


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("注文の返品", "ja", 2),
        ("注文のへん", "ja", 1),  # not converted yet
        ("注文のhenp", "ja", 1),
        ("注文のhenp ", "ja", 2),
        ("注文のキャンセ", "ja", 2),
        ("order retu", "en", 2),
    ],
)
def test_words_that_are_said(text, locale, number):
    assert Question.read(text, locale).number_of_words == number


@pytest.mark.parametrize("text", ["Printer offline", "Printer offline?", "Hi! Printer offline"])
def test_one_sentence_has_no_opening(text):
    assert Question.read(text, "en").opening == ""


@pytest.mark.parametrize(
    ("text", "last", "begun"),
    [
        ("ERR-10", "err-10", "err10"),
        ("reset amq96", "amq96", "amq96"),
        ("orders/refu", "refu", "refu"),
        ("tea-refun", "refun", "refun"),
        ("v2.3", "3", "3"),
    ],
)
def test_a_code_in_progress_is_one_word(text, last, begun):
    question = Question.read(text, "en")
    assert (question.last_word, question.begun) == (last, begun)


def test_the_parts_of_a_code_are_no_words_beside_it():
    question = Question.read("fix ERR-1042 on Windows2019", "ja")
    assert [token.term for token in question.words] == ["fix", "err1042", "windows2019"]
    assert not Question.read("Office2019 Windows2019", "ja").is_surely_foreign
