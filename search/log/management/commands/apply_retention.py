"""Delete what has reached its time: salts, raw events, rare questions' texts."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.engines.base import EngineUnavailable
from search.log.retention import apply_retention


class Command(BaseCommand):
    help = "Delete raw search events, salts and rare questions' texts whose time is up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            deleted = apply_retention()
        except EngineUnavailable as error:
            raise CommandError(f"Events in Elasticsearch were not deleted: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(deleted)))
        else:
            self.stdout.write(
                f"Deleted {deleted.events} events and {deleted.salts} salts; "
                f"forgot {deleted.texts} rare texts and {deleted.answers} counts of answers."
            )
