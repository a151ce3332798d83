"""From which evidence on a question counts as answered."""

from dataclasses import replace

import pytest

from search.engines.base import EngineResult, Hit, Similarity
from search.query.codes import codes_of
from search.query.evidence import (
    DRAWS,
    FEWEST_QUESTIONS,
    MOST_LOGGED,
    MOST_QUESTIONS,
    NEARLY_AS_WELL,
    WRONG_REFUSAL_COST,
    Sample,
    evidence,
    is_unanswered,
    samples,
    says_less,
    thresholds,
)
from search.query.retrieve import Retrieved
from search.query.rules import Thresholds
from search.query.understand import Question


def retrieved(words=(), near=(), **options):
    """Candidates: lexical scores and cosines by id."""
    return Retrieved(
        QUESTION,
        EngineResult((), 0),
        tuple(Hit(id_, score) for id_, score in dict(words).items()),
        {id_: Similarity(cosine, cosine) for id_, cosine in dict(near).items()},
        **options,
    )


class TestEvidence:
    def test_grows_with_words_and_with_meaning(self):
        little = evidence(retrieved({"1": 2.0}, {"1": 0.3}))
        assert evidence(retrieved({"1": 8.0}, {"1": 0.3})) > little
        assert evidence(retrieved({"1": 2.0}, {"1": 0.5})) > little

    def test_is_nothing_where_nothing_was_found(self):
        assert evidence(retrieved()) == 0

    def test_leaves_articles_out(self):
        found = retrieved({"1": 9.0, "2": 2.0}, {"1": 0.9, "2": 0.2})
        without = evidence(found, without=frozenset(["1"]))
        assert without == evidence(retrieved({"2": 2.0}, {"2": 0.2}))


class TestCorrection:
    def test_says_less_where_it_is_further_from_all_articles(self):
        typed = retrieved({"1": 2.0}, {"1": 0.3, "2": 0.5})
        assert says_less(retrieved({"1": 9.0}, {"1": 0.4}), typed)
        assert not says_less(retrieved({"1": 1.0}, {"1": 0.6}), typed)

    def test_where_meaning_has_no_say_words_decide(self):
        typed = retrieved({"1": 2.0}, {"1": 0.5})
        assert not says_less(retrieved({"1": 2.0}), typed)
        assert not says_less(typed, retrieved({"1": 2.0}))

    def test_a_code_means_nothing(self):
        codes = tuple(codes_of(Question.read("E1042", "en")))
        typed = retrieved({"1": 2.0}, {"1": 0.5}, unknown_codes=codes)
        assert codes and not says_less(retrieved({"1": 2.0}, {"1": 0.2}), typed)


QUESTION = Question.read("how to reset", "en")
LEAST = Thresholds(evidence=0.5, cosine=0.4, words=0.3)


class TestDecision:
    WEAK = retrieved({"1": 1.0}, {"1": 0.1})

    def test_says_no_answer_below_the_thresholds(self):
        assert is_unanswered(QUESTION, self.WEAK, LEAST)
        assert not is_unanswered(QUESTION, retrieved({"1": 9.0}, {"1": 0.8}), LEAST)

    def test_of_a_question_in_another_language_is_made_by_meaning(self):
        near = retrieved({"1": 0.0}, {"1": 0.45})
        assert is_unanswered(QUESTION, near, LEAST)
        assert not is_unanswered(QUESTION, replace(near, is_foreign=True), LEAST)
        assert is_unanswered(QUESTION, replace(self.WEAK, is_foreign=True), LEAST)

    def test_a_code_that_no_article_holds_has_no_answer(self):
        strong = retrieved(
            {"1": 9.0}, {"1": 0.8}, unknown_codes=codes_of(Question.read("ERR-1043", "en"))
        )
        assert is_unanswered(QUESTION, strong, LEAST)
        assert is_unanswered(QUESTION, strong, None)
        assert not is_unanswered(QUESTION, replace(strong, pinned=True), LEAST)

    def test_is_not_made_before_the_site_was_measured(self):
        assert not is_unanswered(QUESTION, self.WEAK, None)

    def test_is_made_by_words_alone_where_meaning_had_no_say(self):
        assert is_unanswered(QUESTION, retrieved({"1": 1.0}), LEAST)
        assert not is_unanswered(QUESTION, retrieved({"1": 9.0}), LEAST)

    def test_is_not_made_by_words_alone_that_are_in_progress(self):
        assert not is_unanswered(QUESTION, retrieved({"1": 1.0}, in_progress=True), LEAST)

    def test_is_not_made_by_a_few_words_in_progress(self):
        weak = replace(self.WEAK, in_progress=True)
        assert not is_unanswered(Question.read("reset kettle", "en"), weak, LEAST)
        many = Question.read("reset kettle firmware version number", "en")
        assert is_unanswered(many, weak, LEAST)

    def test_is_not_made_beyond_the_candidates(self):
        assert not is_unanswered(QUESTION, retrieved(), LEAST)

    def test_is_not_made_against_what_people_have_pinned(self):
        assert not is_unanswered(QUESTION, retrieved({"1": 1.0}, {"1": 0.1}, pinned=True), LEAST)


class TestThreshold:
    @staticmethod
    def some(count):
        return [Sample(f"question number{n}", frozenset([str(n)])) for n in range(count)]

    @staticmethod
    def own_article_is_better(question):
        number = question.text.rpartition("number")[2] or "x"
        return retrieved({number: 20.0, "other": 2.0}, {number: 0.8, "other": 0.3})

    def test_lies_between_answered_and_unanswered(self):
        found = thresholds(self.some(50), "en", self.own_article_is_better)
        answered = evidence(retrieved({"1": 20.0}, {"1": 0.8}))
        unanswered = evidence(retrieved({"1": 2.0}, {"1": 0.3}))
        assert unanswered < found.evidence <= answered
        assert 0.3 < found.cosine <= 0.8
        assert found.words == evidence(retrieved({"1": 20.0}))

    def test_is_unknown_for_a_handful_of_articles(self):
        few = self.some(FEWEST_QUESTIONS - 1)
        assert thresholds(few, "en", self.own_article_is_better) is None

    def test_is_the_same_in_every_run_and_order(self):
        forward = thresholds(self.some(40), "en", self.own_article_is_better)
        assert thresholds(self.some(40)[::-1], "en", self.own_article_is_better) == forward

    def test_asks_no_more_than_it_needs(self):
        asked = []

        def ask(question):
            asked.append(question)
            return self.own_article_is_better(question)

        thresholds(self.some(MOST_QUESTIONS + 50), "en", ask)
        assert len(asked) == MOST_QUESTIONS * DRAWS

    class TestOfMeaningAlone:
        """Measured on translations, whose cosines are lower."""

        @staticmethod
        def ask(question):
            number = question.text.removeprefix("訳")
            if number != question.text:
                near = {number: 0.4, "other": 0.2}
                return retrieved(near=near, is_foreign=number != "0")
            return TestThreshold.own_article_is_better(question)

        def measured(self, translations):
            translated = [Sample(f"訳{n}", frozenset([str(n)])) for n in translations]
            own = TestThreshold.some(50)
            return thresholds(own, "en", self.ask, translated=translated)

        def test_lies_between_answered_and_unanswered_ones(self):
            found = self.measured(range(1, FEWEST_QUESTIONS + 1))
            assert 0.2 < found.cosine <= 0.4
            assert replace(found, cosine=0) == replace(self.measured(()), cosine=0)

        def test_is_the_languages_own_where_few_are_translated(self):
            assert self.measured(range(1, FEWEST_QUESTIONS)) == self.measured(())

        def test_many_phrases_of_few_articles_are_few(self):
            few = [Sample(f"訳{n}", frozenset(["1"])) for n in range(1, 50)]
            own = thresholds(TestThreshold.some(50), "en", self.ask, translated=few)
            assert own == self.measured(())

        def test_a_name_is_in_no_language(self):
            assert self.measured(range(FEWEST_QUESTIONS)) == self.measured(())

    @pytest.mark.parametrize(("text", "locale"), [("返品の方法", "ja"), ("Return an item", "en")])
    def test_leaves_words_out(self, text, locale):
        asked = []

        def ask(question):
            asked.append(question.text)
            return retrieved({"1": 1.0}, {"1": 0.5})

        thresholds([Sample(text, frozenset(["1"]))] * 30, locale, ask)
        assert min(map(len, asked)) < len(text)
        assert all(asked)


class TestReaders:
    """Questions that readers were answered, beside the corpus' own."""

    # Of own number n the article gives a cosine of 50 to 99 hundredths, all others 30 to 79.
    OWN = 50

    @pytest.fixture
    def asked(self):
        return []

    def corpus(self, asked, logged=0.0, unlogged=0.0):
        """The measured thresholds' corpus. ``logged``, ``unlogged``: the cosines of a reader's
        question with and without the article that answered it."""

        def ask(question):
            asked.append(question.text)
            if question.text.startswith("reader"):
                return retrieved(near={"r": logged, "other": unlogged})
            number = int(question.text.rpartition("number")[2])
            own, other = (50 + number) / 100, (30 + number) / 100
            return retrieved(near={str(number): own, "other": other})

        return ask

    def own(self):
        return [Sample(f"number{n}", frozenset([str(n)])) for n in range(self.OWN)]

    @staticmethod
    def readers(count):
        return [Sample(f"reader asks at length {n}", frozenset(["r"])) for n in range(count)]

    def measured(self, asked, count, **cosines):
        return thresholds(self.own(), "en", self.corpus(asked, **cosines), self.readers(count))

    @staticmethod
    def decided(number):
        """How well a threshold decides the corpus' own questions."""
        found = sum((50 + n) / 100 >= number for n in range(50)) / 50
        refused = sum((30 + n) / 100 < number for n in range(50)) / 50
        return WRONG_REFUSAL_COST * found + refused

    def test_are_asked_whole(self, asked):
        self.measured(asked, 3, logged=0.9)
        assert asked[-3:] == [f"reader asks at length {n}" for n in range(3)]

    def test_are_at_most_a_quarter_the_first_ones_first(self, asked):
        self.measured(asked, 100, logged=0.9)
        asked = asked[self.OWN * DRAWS :]
        assert asked == [f"reader asks at length {n}" for n in range(self.OWN // 3)]
        assert MOST_LOGGED == MOST_QUESTIONS // 3

    def test_move_the_threshold(self, asked):
        alone = self.measured(asked, 0)
        assert 0.46 <= alone.cosine <= 0.56
        refusing = self.measured(asked, 16, logged=0.9, unlogged=0.51)
        assert refusing.cosine > alone.cosine
        answering = self.measured(asked, 16, logged=0.49, unlogged=0.1)
        assert answering.cosine < alone.cosine

    @pytest.mark.parametrize(
        "cosines",
        [
            {"logged": 0.01},
            {"logged": 0.99, "unlogged": 0.98},
            {"logged": 0.3, "unlogged": 0.29},
            {"logged": 0.7, "unlogged": 0.69},
        ],
    )
    def test_cost_the_corpus_own_little_whoever_asked_them(self, asked, cosines):
        """Made-up readers agree on the worst: everything answers, nothing does."""
        best = max(self.decided(number / 100) for number in range(100))
        attacked = self.decided(self.measured(asked, 1_000, **cosines).cosine)
        assert best - attacked <= NEARLY_AS_WELL + 1e-9

    def test_are_no_corpus(self, asked):
        few = [Sample(f"number{n}", frozenset([str(n)])) for n in range(FEWEST_QUESTIONS - 1)]
        ask = self.corpus(asked, logged=0.9)
        assert thresholds(few, "en", ask, self.readers(100)) is None

    def test_leave_the_choice_of_the_corpus_own_as_it_is(self, asked):
        self.measured(asked, 0)
        alone = list(asked)
        asked.clear()
        self.measured(asked, 5, logged=0.9)
        assert asked[: self.OWN * DRAWS] == alone


def test_articles_of_one_title_answer_each_others_questions():
    found = list(samples([("1", ["Rain"]), ("2", ["Rain", "wet"]), ("3", ["Sun"]), ("4", [])]))
    assert found == [
        Sample("Rain", frozenset(["1", "2"])),
        Sample("Rain", frozenset(["1", "2"])),
        Sample("wet", frozenset(["1", "2"])),
        Sample("Sun", frozenset(["3"])),
    ]
