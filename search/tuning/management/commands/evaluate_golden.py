"""Ask the golden questions now."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search.engines.base import EngineUnavailable
from search.tuning.golden import run_all
from search.tuning.models import GoldenRun

NONE = "No golden questions yet. Support leads add them in the admin, below Search tuning."


class Command(BaseCommand):
    help = "Ask the golden questions as a visitor would, store the run, and print how it went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--locale",
            choices=[code for code, _ in settings.LANGUAGES],
            help="the questions of one language; without it all",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            runs = run_all([options["locale"]] if options["locale"] else None)
        except EngineUnavailable as error:
            raise CommandError(f"search does not answer: {error}") from error
        found = [as_json(run) for run in runs]
        if options["json"]:
            self.stdout.write(json.dumps({"runs": found}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(found)))


def as_json(run: GoldenRun) -> dict[str, Any]:
    """The figures of a run and every question with its rank (null: not on the first page)."""
    ranks = run.ranks.select_related("question").order_by("question__question")
    return {
        "locale": run.locale,
        "questions": run.questions,
        "hit@3": round(run.hit_at_3, 4),
        "mrr": round(run.mrr, 4),
        "engine": run.engine,
        "degraded": run.degraded,
        "ranks": [
            {"question": row.question.question, "rank": row.rank, "fell": row.fell} for row in ranks
        ],
    }


def as_lines(runs: list[dict[str, Any]]) -> list[str]:
    """The same to read: a line for each run and one for each question that fell."""
    lines = []
    for run in runs:
        lines.append(
            f"{run['locale']}: {run['questions']} questions, "
            f"hit@3 {run['hit@3']:.3f}, mrr {run['mrr']:.3f} ({run['engine']})"
        )
        lines += [f"  fell: {row['question']}" for row in run["ranks"] if row["fell"]]
    return lines or [NONE]
