"""Django's command line, with plain words where the database is not ready."""

import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def run(arguments: Sequence[str]) -> None:
    """Run a management command. Ends with a message on the error stream, and 1, where the database
    cannot be reached or lacks tables; other errors of the database are raised."""
    try:
        execute_from_command_line(list(arguments))
    except DatabaseError as error:
        reason = _not_ready()
        if reason is None:
            raise
        sys.exit(f"{reason}\n{type(error).__name__}: {error}".strip())


def _not_ready() -> str | None:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return "The database cannot be reached (DATABASE_URL, ANNAI_DATA_DIR)."
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    return (
        "The database has no portal yet, or an earlier release's: run `manage.py migrate` and "
        "`manage.py setup_portal` first."
    )
