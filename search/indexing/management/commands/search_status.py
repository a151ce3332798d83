"""``manage.py search_status``."""

import json
from collections.abc import Iterator, Mapping
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
        else:
            self.stdout.write("\n".join(_lines(state)))


def _lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """``values`` to read: a line each, those with several values of their own below it."""
    for name, value in values.items():
        label = f"{indent}{name.replace('_', ' ')}:"
        entries = value if isinstance(value, list) else [value]
        if any(isinstance(entry, dict) and not _is_flat(entry) for entry in entries):
            for entry in entries:
                yield label
                yield from _lines(entry, indent + "  ")
        else:
            yield f"{label} {_words(value)}"


def _is_flat(value: Mapping[str, Any]) -> bool:
    return all(isinstance(number, int) for number in value.values())


def _words(value: Any) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case None:
            return "unknown"
        case dict():
            return ", ".join(f"{name} {_words(number)}" for name, number in value.items()) or "none"
        case list():
            return ", ".join(map(_words, value)) or "none"
    return str(value) or "none"
