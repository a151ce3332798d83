"""``manage.py rebuild_index``."""

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from search.engines import indexes
from search.engines.base import Engine, EngineUnavailable
from search.indexing.locks import LockBusy
from search.indexing.rebuild import RebuildRefused, all_locales, rebuild_index, rebuild_reason


class Command(BaseCommand):
    help = "Fill a new search index beside the live one and swap."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--locale", action="append", help="only this language; may be repeated")
        parser.add_argument("--engine", choices=[engine.name for engine in indexes()])
        parser.add_argument(
            "--if-needed", action="store_true", help="only what is missing, broken or outdated"
        )
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        locales = options["locale"]
        if unknown := set(locales or ()) - set(all_locales()):
            raise CommandError(f"no such locale: {', '.join(sorted(unknown))}")
        started = time.monotonic()
        rebuilt = {
            engine.name: self._rebuild(engine, locales)
            for engine in indexes()
            if options["engine"] in (None, engine.name)
            and (not options["if_needed"] or self._is_needed(engine))
        }
        seconds = round(time.monotonic() - started, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"documents": rebuilt, "seconds": seconds}))
            return
        for engine_name, documents in rebuilt.items():
            counts = ", ".join(f"{locale} {count}" for locale, count in documents.items())
            self.stderr.write(f"{engine_name}: {counts} ({seconds} s)")

    def _is_needed(self, engine: Engine) -> bool:
        try:
            return bool(rebuild_reason(engine, engine.status()))
        except EngineUnavailable as error:
            raise CommandError(f"{engine.name}: {error}") from error

    def _rebuild(self, engine: Engine, locales: list[str] | None) -> dict[str, int]:
        with tqdm(unit="article", file=sys.stderr, leave=False) as bar:

            def show(locale: str, done: int, total: int) -> None:
                bar.set_description(f"{engine.name} {locale}", refresh=False)
                bar.total = total
                bar.n = done
                bar.update(0)

            try:
                return rebuild_index(engine, locales, show)
            except LockBusy as error:
                raise CommandError(f"{engine.name}: a rebuild is running already") from error
            except (EngineUnavailable, RebuildRefused) as error:
                raise CommandError(f"{engine.name}: {error}") from error
