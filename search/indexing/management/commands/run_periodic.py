"""``manage.py run_periodic``."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.indexing import periodic


class Command(BaseCommand):
    help = "Run all periodic work that is due, once: for cron, where no worker runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="run every job, due or not")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = periodic.run_jobs(periodic.jobs()) if options["all"] else periodic.run_due()
        if options["json"]:
            self.stdout.write(json.dumps({"ran": [asdict(outcome) for outcome in outcomes]}))
        else:
            for outcome in outcomes:
                self.stdout.write(f"{outcome.name}: {outcome.error or 'ok'} ({outcome.seconds} s)")
        if failed := [outcome.name for outcome in outcomes if outcome.error]:
            raise CommandError(f"failed: {', '.join(failed)}")
