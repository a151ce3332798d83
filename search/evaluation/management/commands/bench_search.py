"""Speed of search on a throw-away site."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search import engines
from search.evaluation.bench import (
    find_by_typing,
    measure,
    publish_to_searchable,
    running,
    typical_paths,
)
from search.evaluation.bench_memory import worker_memory
from search.evaluation.bench_site import fill_site

DEMO = Path(settings.BASE_DIR) / "kb" / "demo" / "content"
INSIDE = "ANNAI_BENCH_SITE"


class Command(BaseCommand):
    help = "Measure typing, search, publication, memory and index size on a site of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--documents",
            type=int,
            required=True,
            help="articles to measure on; those of the corpus are recombined where it has fewer",
        )
        parser.add_argument("--corpus", default=str(DEMO), help="a folder or archive to import")
        parser.add_argument(
            "--engine",
            choices=["embedded", "elasticsearch"],
            default="embedded",
            help="elasticsearch: the cluster of ELASTICSEARCH_URL, under index names of its own",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["documents"] < 2:
            raise CommandError("--documents must be 2 or more")
        if options["engine"] == "elasticsearch" and not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set")
        if not Path(options["corpus"]).exists():
            raise CommandError(f"{options['corpus']}: no such file or folder")
        if os.environ.get(INSIDE):
            self._measure(options)
        else:
            self._run_in_own_site(options["engine"])

    def _run_in_own_site(self, engine: str) -> None:
        """The same command again, in a data folder and under index names of its own: nothing of
        this site is read or written."""
        with tempfile.TemporaryDirectory(prefix="annai-bench-") as folder:
            environment = {
                name: value for name, value in os.environ.items() if name != "DATABASE_URL"
            } | {
                "ANNAI_DATA_DIR": folder,
                "ELASTICSEARCH_PREFIX": f"annai-bench-{uuid4().hex[:8]}-",
                "ANNAI_LOG_LEVEL": "ERROR",
                INSIDE: "1",
            }
            if engine == "embedded":
                environment["ELASTICSEARCH_URL"] = ""
            done = subprocess.run([sys.executable, *sys.argv], env=environment, check=False)  # noqa: S603
        if done.returncode:
            raise CommandError("the bench did not finish", returncode=done.returncode)

    def _measure(self, options: dict[str, Any]) -> None:
        try:
            built = fill_site(options["documents"], options["corpus"], self.stderr.write)
            figures = measure(self.stderr.write) | built
            figures["typed_titles"] = find_by_typing(self.stderr.write)
            try:
                figures["worker_pss_mb"] = worker_memory(typical_paths(), self.stderr.write)
            except (OSError, RuntimeError) as error:  # the other figures took long to make
                self.stderr.write(f"worker_pss_mb could not be measured: {error}")
            with running([sys.executable, sys.argv[0], "run_worker"]):
                figures["publish_to_searchable_s"] = publish_to_searchable(self.stderr.write)
        finally:
            if (remote := engines.cluster()) is not None:
                remote.indices.drop_all()
        self.stdout.write(json.dumps(figures, indent=None if options["json"] else 2))
