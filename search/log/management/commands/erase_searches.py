"""Erase what one visit did, or one question, from every store and from the roll-ups."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.log.erasing import erase_questions, erase_visit, hashes_of


class Command(BaseCommand):
    help = "Erase a visit, or a question in all its spellings, from the search log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--visit", help="the visit's id, as the browser sends it")
        what.add_argument("--text", help="the question; spellings of the same words go with it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        option = "text" if options["visit"] is None else "visit"
        if not options[option].strip():
            raise CommandError(f"--{option} is empty: say what to erase")
        if option == "visit":
            erased = erase_visit(options["visit"])
        else:
            erased = erase_questions(hashes_of(options["text"]))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(erased)))
            return
        self.stdout.write(f"Erased {erased.events} events.")
        if erased.waiting:
            self.stdout.write("Elasticsearch cannot be reached: it follows once it is back.")
