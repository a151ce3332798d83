"""Golden questions: ranks, figures, runs, and what a change would push out."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from search.engines.base import EngineUnavailable
from search.indexing import periodic
from search.query.rules import NO_RULES, QueryRules
from search.query.synonyms import SynonymRule, synonym_table
from search.tuning import golden as golden_module
from search.tuning.changes import Change
from search.tuning.golden import ask, falling, run_all, run_locale
from search.tuning.models import GoldenRank, GoldenRun
from tests.search.tuning.factories import SynonymFactory, golden

pytestmark = pytest.mark.django_db

# Rare words for a common one: other articles come before the one that is asked for.
HARMFUL = QueryRules(
    synonyms=synonym_table([SynonymRule(("order",), ("refused", "redeem", "letters"))], "en")
)
HARM = Change("en", timezone.localdate(), NO_RULES, HARMFUL)


class TestAsk:
    def test_rank_of_the_first_expected_article(self, articles):
        found = ask(golden("coupon rules", articles["coupon"], articles["coupon-3"]))
        assert (found.rank, found.hit, found.engine, found.degraded) == (1, True, "embedded", False)

    def test_not_found(self, articles):
        assert ask(golden("kettle", articles["parcel"])).rank is None
        assert ask(golden("parcel", articles["voucher"])).rank is None

    def test_asks_as_a_visitor(self, articles):
        assert ask(golden("secret coupon ledger", articles["staff"])).rank is None


class TestRun:
    def test_figures_and_ranks_are_stored(self, articles):
        golden("coupon rules", articles["coupon-3"])
        golden("kettle", articles["parcel"])
        golden("領収書", articles["ja"], locale="ja")
        english, japanese = run_all()
        assert (english.locale, english.questions) == ("en", 2)
        assert (english.hit_at_3, english.mrr, english.engine) == (0.5, 0.5, "embedded")
        assert (japanese.locale, japanese.hit_at_3, japanese.mrr) == ("ja", 1.0, 1.0)
        assert set(english.ranks.values_list("question__question", "rank", "fell")) == {
            ("coupon rules", 1, False),
            ("kettle", None, False),
        }

    def test_a_question_that_fell_is_marked_once(self, articles):
        golden("coupon rules", articles["coupon-3"])
        run_locale("en")
        articles["coupon-3"].unpublish()
        assert run_locale("en").ranks.get().fell
        assert not run_locale("en").ranks.get().fell

    def test_a_locale_without_questions_has_no_run(self, articles):
        assert run_all() == []

    def test_old_runs_go(self, articles, monkeypatch):
        monkeypatch.setattr(golden_module, "KEPT_RUNS", 2)
        golden("coupon", articles["coupon"])
        golden("領収書", articles["ja"], locale="ja")
        run_locale("ja")
        runs = [run_locale("en") for _ in range(3)]
        assert set(GoldenRun.objects.filter(locale="en")) == set(runs[1:])
        assert GoldenRun.objects.filter(locale="ja").count() == 1

    def test_the_production_rules_are_in_force(self, articles):
        golden("gift token", articles["voucher"])
        SynonymFactory(words="gift token, voucher")
        assert run_locale("en").hit_at_3 == 1.0

    def test_runs_once_a_day(self):
        job = next(job for job in periodic.jobs() if job.name == "golden-questions")
        assert (job.every_seconds, job.function) == (24 * 3600, run_all)

    def test_nothing_is_stored_while_search_is_down(self, articles, monkeypatch):
        def down(request):
            raise EngineUnavailable("down")

        golden("coupon", articles["coupon"])
        monkeypatch.setattr(golden_module, "search", down)
        with pytest.raises(EngineUnavailable):
            run_all()
        with pytest.raises(CommandError, match="search does not answer"):
            call_command("evaluate_golden")
        assert GoldenRun.objects.count() == 0


class TestFalling:
    def test_names_what_falls_out_of_the_first_three(self, articles):
        asked = golden("order", articles["parcel"])
        golden("coupon", articles["coupon"])
        (fallen,) = falling([HARM])
        assert (fallen.question, fallen.before) == (asked, 1)
        assert fallen.after > 3
        assert not fallen.is_later

    def test_names_each_once_with_the_first_day(self, articles):
        golden("order", articles["parcel"])
        days = [HARM.day + timedelta(days=number) for number in (3, 8)]
        (fallen,) = falling([replace(HARM, day=day) for day in days])
        assert (fallen.day, fallen.is_later) == (days[0], True)

    def test_what_was_not_found_before_cannot_fall(self, articles):
        golden("order", articles["ja"])
        assert falling([HARM]) == []

    def test_only_questions_that_the_change_touches_are_asked(self, articles, monkeypatch):
        asked = []
        monkeypatch.setattr(golden_module, "ask", asked.append)
        golden("coupon", articles["coupon"])
        assert falling([HARM]) == []
        assert asked == []

    def test_stores_nothing(self, articles):
        golden("order", articles["parcel"])
        falling([HARM])
        assert GoldenRank.objects.count() == 0


class TestCommand:
    def run(self, capsys, *arguments):
        call_command("evaluate_golden", *arguments)
        return capsys.readouterr().out

    def test_json(self, articles, capsys):
        golden("coupon rules", articles["coupon-3"])
        golden("kettle", articles["parcel"])
        assert json.loads(self.run(capsys, "--json")) == {
            "runs": [
                {
                    "locale": "en",
                    "questions": 2,
                    "hit@3": 0.5,
                    "mrr": 0.5,
                    "engine": "embedded",
                    "degraded": False,
                    "ranks": [
                        {"question": "coupon rules", "rank": 1, "fell": False},
                        {"question": "kettle", "rank": None, "fell": False},
                    ],
                }
            ]
        }

    def test_text_names_what_fell(self, articles, capsys):
        golden("coupon rules", articles["coupon-3"])
        run_all()
        articles["coupon-3"].unpublish()
        assert self.run(capsys) == (
            "en: 1 questions, hit@3 0.000, mrr 0.000 (embedded)\n  fell: coupon rules\n"
        )

    def test_one_locale(self, articles, capsys):
        golden("coupon", articles["coupon"])
        assert json.loads(self.run(capsys, "--locale", "ja", "--json")) == {"runs": []}
        assert self.run(capsys, "--locale", "ja").startswith("No golden questions yet.")
