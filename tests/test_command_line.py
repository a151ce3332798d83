"""`manage.py` where the database is not ready."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import OperationalError

from config import command_line


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
    assert message.startswith("The database cannot be used")
    assert "secret" not in message
    assert "Traceback" not in message


def test_other_errors_keep_their_trace(monkeypatch):
    def fail(arguments):
        raise OperationalError("database is locked")

    monkeypatch.setattr(command_line, "execute_from_command_line", fail)
    monkeypatch.setattr(command_line, "_not_ready", lambda error: None)
    with pytest.raises(OperationalError):
        command_line.run(["manage.py", "search_status"])
    monkeypatch.setattr(command_line, "_not_ready", lambda error: "Not ready.")
    for arguments in (["migrate"], ["search_status", "--traceback"]):
        with pytest.raises(OperationalError):
            command_line.run(["manage.py", *arguments])
    with pytest.raises(SystemExit, match="Not ready"):
        command_line.run(["manage.py", "search_status"])


def test_an_unknown_command_is_told_as_ever(tmp_path):
    code, message = manage(tmp_path, "nothing")
    assert code == 1
    assert message.startswith("Unknown command: 'nothing'")
