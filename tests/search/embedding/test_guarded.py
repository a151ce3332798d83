"""An embedder that never holds up a search."""

import threading

import numpy as np
import pytest

from search import embedding
from search.embedding import guarded
from search.embedding.base import EmbedderUnavailable, TextRefused
from search.embedding.guarded import LONGEST_QUESTION, GuardedEmbedder


class Embedder:
    space = "a test"

    def __init__(self):
        self.asked = []
        self.error = None
        self.rows = None

    def prepare(self):
        self.encode(["."])

    def encode(self, texts):
        self.asked.append(list(texts))
        if self.error:
            raise self.error
        return np.ones((self.rows or len(texts), 4), np.float32) / 2


@pytest.fixture
def embedder():
    return Embedder()


@pytest.fixture
def guard(embedder):
    return GuardedEmbedder(embedder)


@pytest.fixture
def clock(monkeypatch):
    """The breaker's time, to be set."""
    clock = [1000.0]
    monkeypatch.setattr("search.circuit_breaker.time.monotonic", lambda: clock[0])
    return clock


def test_a_question_is_embedded_once(guard, embedder):
    first, second = guard.question(" how? "), guard.question("how?")
    assert first is second
    assert embedder.asked == [["How?"]]


@pytest.mark.parametrize(
    ("typed", "embedded"),
    [
        ("how do I pay?", "How do I pay?"),
        ("HOW DO I PAY?", "How do i pay?"),
        ("ERR-1042 AT STARTUP", "ERR-1042 at startup"),
        ("iPhone app", "iPhone app"),
        ("SIM", "SIM"),
        ("VPN MFA", "VPN MFA"),
        ("VPN PASSWORD", "VPN password"),
        ("RESET PASSWORD", "Reset password"),
        ("HOW TO PAY", "How to pay"),
        ("Pay by SEPA", "Pay by SEPA"),
        ("pay by SEPA", "Pay by SEPA"),
        ("usbが使えない", "usbが使えない"),
        ("USBが使えない HDMI", "USBが使えない HDMI"),
        ("42 is what", "42 is what"),
    ],
)
def test_capitals_are_those_of_a_sentence(guard, embedder, typed, embedded):
    guard.question(typed)
    assert embedder.asked == [[embedded]]


def test_quotes_are_straight(guard, embedder):
    assert guard.question("“Can’t pay”, it says") is guard.question('"Can\'t pay", it says')
    assert embedder.asked == [['"Can\'t pay", it says']]


def test_only_so_many_are_remembered_the_latest_longest(guard, embedder, monkeypatch):
    monkeypatch.setattr(guarded, "REMEMBERED", 2)
    for text in ("a", "b", "a", "c", "a", "b"):
        guard.question(text)
    assert embedder.asked == [["A"], ["B"], ["C"], ["B"]]


@pytest.mark.parametrize("text", ["", "  ", "\u3000", "\ud800"])
def test_nothing_asked_has_no_vector(guard, embedder, text):
    assert guard.question(text) is None
    assert embedder.asked == []


def test_halves_of_characters_and_what_is_too_long_are_left_out(guard, embedder):
    guard.question("\ud83cwhy\udf75 " + "x" * 5_000)
    [[text]] = embedder.asked
    assert text.startswith("Why x")
    assert len(text) < LONGEST_QUESTION


def test_empty_texts_are_no_embedder_s_trouble(guard, embedder):
    guard.passages(["", "a"])
    assert embedder.asked == [[".", "a"]]


@pytest.mark.parametrize("error", [EmbedderUnavailable("gone"), ValueError("no"), MemoryError()])
def test_while_it_fails_it_is_let_be(guard, embedder, clock, caplog, error):
    embedder.error = error
    assert [guard.question(f"q{n}") for n in range(9)] == [None] * 9
    assert len(embedder.asked) == 1
    clock[0] += 6
    assert guard.question("again") is guard.question("and again") is None
    assert len(embedder.asked) == 2
    lost = [record for record in caplog.records if getattr(record, "event", "") == "embedder_lost"]
    assert len(lost) == 1
    clock[0] += 6
    embedder.error = None
    assert guard.question("well") is not None
    assert guard.question("and well") is not None


def test_an_odd_question_takes_meaning_from_nobody_else(guard, embedder):
    embedder.error = TextRefused("answered 400")
    assert guard.question("odd") is None
    embedder.error = None
    assert guard.question("plain") is not None


def test_another_number_of_rows_is_a_failure(guard, embedder):
    embedder.rows = 3
    with pytest.raises(EmbedderUnavailable, match="3 vectors for 2 texts"):
        guard.passages(["a", "b"])
    assert guard.question("a") is None


def test_the_problem_is_that_of_this_moment(guard, embedder):
    embedder.error = EmbedderUnavailable("gone fishing")
    assert guard.problem() == "gone fishing"
    embedder.error = None
    assert guard.problem() == ""


def test_passages_are_tried_though_questions_are_let_be(guard, embedder, clock):
    embedder.error = EmbedderUnavailable("too slow for a question")
    guard.question("q")
    embedder.error = None
    assert guard.passages(["a"]).shape == (1, 4)
    assert guard.question("q") is None


def test_what_cannot_be_prepared_stops_no_start(guard, embedder):
    embedder.error = RuntimeError("no such file")
    guard.prepare()
    embedder.error = None
    assert guard.question("a") is not None


def test_many_threads_at_once(guard):
    answers = []

    def ask():
        for n in range(200):
            answers.append(guard.question(f"q{n % 7}"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 1_200
    assert all(answer is not None for answer in answers)


class TestCurrent:
    def test_off(self, settings):
        settings.EMBEDDER = "off"
        assert embedding.current() is None
        embedding.prepare()

    def test_bundled(self, settings):
        settings.EMBEDDER = "bundled"
        assert embedding.current().space.startswith("use-multilingual-")
        assert embedding.current() is embedding.current()

    def test_an_address(self, settings):
        settings.EMBEDDER = "http://127.0.0.1:9/v1"
        settings.EMBEDDER_MODEL = "e5"
        assert embedding.current().space.startswith("e5 / ")
        assert embedding.current().question("nobody there") is None
