"""What people looked for and did not find, as a table or as one JSON object."""

import json
import unicodedata
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search.gaps.reports import DEFAULT_DAYS, FailedSearches, Reason, failed_searches

FIELDS = (
    "question", "locale", "searches", "visitors", "no_result", "no_click", "refined", "contacted",
    "cause", "gap", "status",
)  # fmt: skip
NUMBERS = FIELDS[2:8]
QUESTION_COLUMNS = 44
NUMBER_COLUMNS = 10


class Command(BaseCommand):
    help = "List the questions that went unanswered, most costly first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="today included")
        parser.add_argument("--locale", choices=[code for code, _ in settings.LANGUAGES])
        parser.add_argument(
            "--reason",
            action="append",
            choices=[r.value for r in Reason],
            help="any of those given",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3660:
            raise CommandError("--days must be from 1 to 3660")
        report = failed_searches(
            options["days"], options["locale"], [Reason(r) for r in options["reason"] or ()]
        )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_table(report)))


def as_json(report: FailedSearches) -> dict[str, Any]:
    """The report as the contract in docs/architecture.md has it."""
    rows = [{name: asdict(row)[name] for name in FIELDS} for row in report.rows]
    return {"rows": rows, "rare": dict(report.rare)}


def as_table(report: FailedSearches) -> list[str]:
    """The report as lines of text; full-width characters take two columns."""
    lines = []
    if report.rows:
        heads = "".join(name.rjust(NUMBER_COLUMNS) for name in NUMBERS)
        lines.append(f"{'question'.ljust(QUESTION_COLUMNS)} locale{heads}")
    for row in report.rows:
        numbers = "".join(str(getattr(row, name)).rjust(NUMBER_COLUMNS) for name in NUMBERS)
        lines.append(f"{_fit(row.question)} {row.locale.ljust(6)}{numbers}")
    lines += [
        f"{locale}: {searches} searches of rare questions"
        for locale, searches in report.rare.items()
    ]
    return lines or ["No failed searches."]


def _fit(text: str) -> str:
    shown, columns = "", 0
    for character in " ".join(text.split()):
        columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if columns > QUESTION_COLUMNS:
            return f"{shown}…".ljust(len(shown) + 1)
        shown += character
    return shown + " " * (QUESTION_COLUMNS - columns)
