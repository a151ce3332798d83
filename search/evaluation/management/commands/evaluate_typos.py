"""How well this portal's articles are found by titles that were typed with errors."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.engines.base import EngineUnavailable
from search.evaluation.typo_tolerance import TypedTitle, figures, measure
from search.evaluation.typos import RATES


class Command(BaseCommand):
    help = "Type titles of live articles with errors; report how many are found in the top 5."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seeds", type=int, nargs="+", default=[1, 2, 3], help="of the random errors"
        )
        parser.add_argument("--count", type=int, default=300, help="titles a language and seed")
        parser.add_argument("--misses", action="store_true", help="name what was not suggested")
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1:
            raise CommandError("--count must be 1 or more")
        report: dict[str, object] = {}
        for locale in RATES:
            try:
                measured = measure(locale, options["seeds"], options["count"], self.stderr.write)
            except EngineUnavailable as error:
                raise CommandError(str(error)) from error
            report[locale] = figures(measured)
            if options["misses"]:
                self._name_misses(measured.titles)
        self.stdout.write(json.dumps(report, indent=None if options["json"] else 2))

    def _name_misses(self, titles: Iterable[TypedTitle]) -> None:
        for title in titles:
            if not title.suggested:
                self.stderr.write(f"  {title.text}\n  {title.title} ({', '.join(title.kinds)})")
