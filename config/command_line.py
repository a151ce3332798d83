"""Django's command line, with plain words where the database is not ready."""

import re
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

# What works on a database that is not ready, and tells more in its own words.
_OF_MIGRATIONS = frozenset(("migrate", "makemigrations", "showmigrations", "sqlmigrate"))
_LACKS_TABLES = re.compile("no such (?:table|column)|does not exist")


def run(arguments: Sequence[str]) -> None:
    """Run a management command. Ends with a message on the error stream, and 1, where the database
    cannot be reached or lacks tables; other errors are raised, and all with ``--traceback``."""
    try:
        execute_from_command_line(list(arguments))
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in arguments or not _OF_MIGRATIONS.isdisjoint(arguments[1:2]):
            raise
        reason = _not_ready(error)
        if reason is None:
            raise
        raise SystemExit(f"{reason}\n{type(error).__name__}: {error}".strip()) from error


def _not_ready(error: DatabaseError) -> str | None:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return "The database cannot be used (DATABASE_URL, ANNAI_DATA_DIR)."
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting or not _LACKS_TABLES.search(str(error)):
        return None
    return (
        "The database has no portal yet, or an earlier release's: run `manage.py migrate` and "
        "`manage.py setup_portal` first."
    )
