"""Relevance of search on a test collection in BEIR form."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import embedding
from search.embedding.base import EmbedderUnavailable
from search.embedding.guarded import GuardedEmbedder
from search.engines.base import EngineUnavailable
from search.evaluation.beir import CollectionError, read_collection
from search.evaluation.relevance import evaluate, throwaway_engine


def _embedder(mode: str) -> GuardedEmbedder | None:
    if mode == "lexical":
        return None
    embedder = embedding.current()
    if embedder is None:
        raise CommandError("ANNAI_EMBEDDER is off: there is no meaning to search by.")
    return embedder


class Command(BaseCommand):
    help = "Measure how well search finds, on a folder with corpus.jsonl, queries.jsonl, qrels.tsv."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a test collection in BEIR form")
        parser.add_argument(
            "--engine",
            choices=["embedded", "elasticsearch"],
            default="embedded",
            help="elasticsearch: the cluster of ELASTICSEARCH_URL, under index names of its own",
        )
        parser.add_argument(
            "--mode",
            choices=["lexical", "hybrid"],
            default="hybrid",
            help="by words alone, or by words and meaning",
        )
        parser.add_argument(
            "--as-you-type", action="store_true", help="also ask with parts of each question"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            collection = read_collection(options["folder"])
            with throwaway_engine(options["engine"]) as engine:
                figures = evaluate(
                    collection,
                    engine,
                    embedder=_embedder(options["mode"]),
                    as_you_type=options["as_you_type"],
                    progress=self.stderr.write,
                )
        except (CollectionError, EngineUnavailable, EmbedderUnavailable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(figures, indent=None if options["json"] else 2))
