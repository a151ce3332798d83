"""Rules from a source: kept, renewed within five seconds, tried out."""

import threading

import pytest

from search.query import rules
from search.query.rules import (
    CHECK_SECONDS,
    NO_RULES,
    QueryRules,
    RulesSource,
    register_source,
    rules_for,
    trying,
)

CAR = QueryRules(synonyms={("car",): (("automobil",),)})
BIKE = QueryRules(synonyms={("bike",): (("bicycl",),)})


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Source:
    """A source under a test's control that counts what it is asked."""

    def __init__(self):
        self.number, self.rules = 1, CAR
        self.versions = self.loads = 0
        self.error = None

    def version(self, locale):
        self.versions += 1
        if self.error:
            raise self.error
        return self.number

    def load(self, locale):
        self.loads += 1
        return self.rules


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(rules, "monotonic", clock)
    return clock


@pytest.fixture
def source(monkeypatch, clock):
    monkeypatch.setattr(rules, "_source", None)
    source = Source()
    register_source(RulesSource(source.version, source.load))
    yield source
    rules.forget_rules()


def test_without_a_source_there_are_no_rules(monkeypatch):
    monkeypatch.setattr(rules, "_source", None)
    rules.forget_rules()
    assert rules_for("en") == NO_RULES


def test_rules_are_loaded_once(source):
    assert [rules_for("en") for _ in range(3)] == [CAR] * 3
    assert (source.versions, source.loads) == (1, 1)


def test_an_edit_is_in_force_within_five_seconds(source, clock):
    rules_for("en")
    source.number, source.rules = 2, BIKE
    assert rules_for("en") == CAR
    clock.now += CHECK_SECONDS
    assert CHECK_SECONDS < 5
    assert rules_for("en") == BIKE


def test_an_unchanged_version_loads_nothing(source, clock):
    for _ in range(3):
        rules_for("en")
        clock.now += CHECK_SECONDS
    assert (source.versions, source.loads) == (3, 1)


def test_while_the_source_fails_the_last_good_rules_stay(source, clock):
    rules_for("en")
    source.error = RuntimeError("database is away")
    clock.now += CHECK_SECONDS
    assert [rules_for("en") for _ in range(3)] == [CAR] * 3
    source.error, source.number, source.rules = None, 2, BIKE
    clock.now += CHECK_SECONDS
    assert rules_for("en") == BIKE


def test_that_the_source_fails_is_said_once_and_that_it_works_again(source, clock, caplog):
    def ask_at_checks(error):
        source.error = error
        caplog.clear()
        for _ in range(3):
            rules_for("en")
            clock.now += CHECK_SECONDS
        return [(record.levelname, bool(record.exc_info)) for record in caplog.records]

    for _ in range(2):
        assert ask_at_checks(RuntimeError("database is away")) == [("ERROR", True)]
        assert ask_at_checks(None) == [("WARNING", False)]


def test_a_source_that_never_worked_gives_no_rules(source, caplog):
    source.error = RuntimeError("no table")
    assert rules_for("en") == NO_RULES


def test_forgetting_loads_at_once(source):
    rules_for("en")
    source.number, source.rules = 2, BIKE
    rules.forget_rules()
    assert rules_for("en") == BIKE


class TestTrying:
    def test_other_rules_hold_inside_for_their_locale_only(self, source):
        with trying("en", BIKE):
            assert (rules_for("en"), rules_for("ja")) == (BIKE, CAR)
        assert rules_for("en") == CAR

    def test_trials_nest(self, source):
        with trying("en", BIKE), trying("ja", NO_RULES):
            assert (rules_for("en"), rules_for("ja")) == (BIKE, NO_RULES)
            with trying("en", NO_RULES):
                assert rules_for("en") == NO_RULES
            assert rules_for("en") == BIKE

    def test_other_threads_see_nothing_of_it(self, source):
        seen = []
        with trying("en", BIKE):
            thread = threading.Thread(target=lambda: seen.append(rules_for("en")))
            thread.start()
            thread.join()
        assert seen == [CAR]

    def test_an_error_inside_ends_the_trial(self, source):
        with pytest.raises(ZeroDivisionError), trying("en", BIKE):
            raise ZeroDivisionError
        assert rules_for("en") == CAR
