"""`manage.py` where the database is not ready."""

import os
import subprocess
import sys

from django.conf import settings


def manage(tmp_path, *arguments, **environment):
    """The exit code and what was printed to the error stream, on an empty data folder."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, settings.BASE_DIR / "manage.py", *arguments],
        env={**inherited, "ANNAI_DATA_DIR": str(tmp_path), **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_without_a_portal_a_command_says_what_to_do(tmp_path):
    code, message = manage(tmp_path, "search_status")
    assert code == 1
    assert message.startswith("The database has no portal yet")
    assert "no such table" in message
    assert "Traceback" not in message


def test_a_database_that_is_out_of_reach_is_named(tmp_path):
    code, message = manage(
        tmp_path, "search_status", DATABASE_URL="postgres://annai:secret@127.0.0.1:1/annai"
    )
    assert code == 1
    assert message.startswith("The database cannot be reached")
    assert "secret" not in message
    assert "Traceback" not in message


def test_an_unknown_command_is_told_as_ever(tmp_path):
    code, message = manage(tmp_path, "nothing")
    assert code == 1
    assert message.startswith("Unknown command: 'nothing'")
