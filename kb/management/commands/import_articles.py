"""Import articles from Markdown files."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from kb.import_export.importer import import_articles
from kb.import_export.report import ImportFailure


class Command(BaseCommand):
    help = "Import articles from Markdown files in a folder or archive. Running it twice is safe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="A folder, or a tar or zip archive.")
        parser.add_argument("--locale", help="Import this language only (en, ja).")
        parser.add_argument("--format", choices=["markdown"], default="markdown")
        parser.add_argument("--dry-run", action="store_true", help="Write nothing.")
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="Also replace articles that were edited here since their import.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as the report.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Bars(sys.stderr) as bars:
                report = import_articles(
                    options["path"],
                    locale=options["locale"],
                    dry_run=options["dry_run"],
                    overwrite=options["overwrite"],
                    progress=bars,
                )
        except ImportFailure as failure:
            raise CommandError(str(failure)) from failure
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(report.lines()))


class Bars:
    """Progress as bars on a terminal, as one line a stage elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.bar: tqdm[Any] | None = None

    def __enter__(self) -> "Bars":
        return self

    def __exit__(self, *exception: object) -> None:
        self._close()

    def stage(self, label: str, total: int) -> None:
        self._close()
        if self.stream.isatty():
            self.bar = tqdm(total=total, desc=label, file=self.stream)
        else:
            self.stream.write(f"{label}: {total}\n")
            self.stream.flush()

    def advance(self, steps: int = 1) -> None:
        if self.bar is not None:
            self.bar.update(steps)

    def _close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None
