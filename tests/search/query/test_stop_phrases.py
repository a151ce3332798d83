"""Phrases that say nothing of a question's subject."""

import pytest

from search.analysis.index_terms import field_terms
from search.query.understand import Question


def terms(text, locale="en"):
    return Question.read(text, locale).distinct_terms


@pytest.mark.parametrize(
    "text",
    [
        "Is there a way to cancel an order?",
        "Hello, I would like to know how I can cancel an order. Thanks in advance!",
        "I’d like to cancel an order",
        "Could anyone tell me how to cancel an order",
        "Where can I find information about how to cancel an order?",
        "I have a question about cancelling an order, any help would be appreciated",
        "Hi team, quick question about how to cancel an order please",
        "Hey, how can I cancel an order?",
        "Hello everyone, is it possible to cancel an order",
        "I wanted to ask about cancelling an order",
        "Tell me more about cancelling an order",
        "Do you have any information on cancelling orders?",
        "Any help with cancelling an order would be greatly appreciated",
        "Help with cancelling orders",
        "I'm having trouble cancelling an order. Please advise.",
        "cancel order",
    ],
)
def test_english_wrapping_leaves_the_subject(text):
    assert terms(text) == ("cancel", "order")


@pytest.mark.parametrize(
    "text",
    [
        "お世話になっております。返品について教えてください。よろしくお願いいたします。",
        "すみません、返品したいのですが困っています",
        "返品について知りたいのですが",
        "お世話になっております。返品について伺いたいのですが",
        "返品の件でお伺いしたいです",
        "返品に関して教えていただけますか",
        "返品に関する情報はどこにありますか",
        "返品が分かりません",
        "返品の仕方",
        "返品の仕方について教えてください",
        "返品のやり方を教えてください",
        "返品はどうすればいいですか",
        "返品",
    ],
)
def test_japanese_wrapping_leaves_the_subject(text):
    assert terms(text, "ja") == ("返品",)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Hello world sample", "hello"),
        ("Hey Siri shortcuts", "hey"),
        ("Hi-Fi setup", "hi"),
        ("team support plan", "support"),
        ("help centre with search", "help"),
        ("where can I find the information security policy", "inform"),
        ("where can I get information technology support", "inform"),
        ("insert a question on page 2", "question"),
        ("how do I add a question about age to a form", "question"),
        ("search does not show any suggestions", "suggest"),
    ],
)
def test_the_same_words_can_be_the_subject(text, subject):
    assert subject in terms(text)


def test_ways_of_doing_can_be_the_subject():
    assert "仕方" in terms("返品の仕方書", "ja")
    assert "良い" in terms("どうすればいいねを取り消せますか", "ja")


def test_a_question_of_nothing_else_keeps_its_words():
    assert terms("thank you very much") != ()
    assert terms("よろしくお願いします", "ja") != ()


def test_what_is_quoted_is_meant_as_it_stands():
    assert Question.read('"say thank you automatically"', "en").quoted == (
        ("say", "thank", "automat"),
    )


def test_letters_that_folding_makes_two_of_do_not_shift_it():
    assert terms("Grüße aus der Straße ßß thanks router")[-1] == "router"


def test_articles_are_not_read_so():
    assert "thank" in field_terms("Thanks in advance", "en")


@pytest.mark.parametrize(
    ("text", "locale", "subject"),
    [
        ("Hello, I need help with my order. Thanks!", "en", "my order. !"),
        ("お世話になっております。返品について教えていただけますか", "ja", "返品について"),
        ("cancel my order", "en", "cancel my order"),
        ('Help with "thank you" cards', "en", '"thank you" cards'),
        ("Thanks!", "en", "Thanks!"),
        ("", "en", ""),
    ],
)
def test_the_subject_is_the_question_without_them(text, locale, subject):
    assert Question.read(text, locale).subject.rstrip() == subject
