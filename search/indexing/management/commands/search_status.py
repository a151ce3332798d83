"""``manage.py search_status``."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from search.indexing.status import search_status


class Command(BaseCommand):
    help = "Show what the search indexes hold and whether they agree with the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        state = search_status()
        if options["json"]:
            self.stdout.write(json.dumps(state, ensure_ascii=False))
            return
        for name, value in state.items():
            if name != "indexes":
                self.stdout.write(f"{name}: {value}")
        for index in state["indexes"]:
            self.stdout.write(f"index {index['index']}:")
            for name, value in index.items():
                self.stdout.write(f"  {name}: {value}")
