"""Relevance of search on a test collection in BEIR form."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.engines.base import EngineUnavailable
from search.evaluation.beir import CollectionError, read_collection
from search.evaluation.relevance import evaluate, throwaway_engine


class Command(BaseCommand):
    help = "Measure how well search finds, on a folder with corpus.jsonl, queries.jsonl, qrels.tsv."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--engine", choices=["embedded", "elasticsearch"], default="embedded")
        parser.add_argument("--mode", choices=["lexical"], default="lexical")
        parser.add_argument("--as-you-type", action="store_true")
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            collection = read_collection(options["folder"])
            with throwaway_engine(options["engine"]) as engine:
                figures = evaluate(
                    collection,
                    engine,
                    as_you_type=options["as_you_type"],
                    progress=self.stderr.write,
                )
        except (CollectionError, EngineUnavailable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(figures, indent=None if options["json"] else 2))
