"""The worker as a process of its own, on an instance of its own."""

# ruff: noqa: S603 - every command is our own

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOUND_WITHIN_SECONDS = 20  # far above the 2 s that are the aim: this is no benchmark

MAKE_SITE = "from tests.factories import create_site; create_site()"
PUBLISH = """
from kb.models import Article, Topic
topic = Topic.objects.filter(locale__language_code="en").first()
topic.add_child(instance=Article(title={title!r}, slug={title!r}, locale=topic.locale))
"""


class Instance:
    def __init__(self, folder):
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name != "DATABASE_URL" and not name.startswith("ELASTICSEARCH_")
        } | {"ANNAI_DATA_DIR": str(folder)}

    def command(self, *arguments):
        return [sys.executable, "manage.py", *arguments]

    def manage(self, *arguments):
        done = subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def publish(self, title):
        self.manage("shell", "--no-imports", "-c", PUBLISH.format(title=title))

    def status(self):
        return json.loads(self.manage("search_status", "--json"))

    def documents(self):
        return self.status()["documents"]["en"]

    def is_done(self):
        """Whether every article is embedded, and the indexes have taken it."""
        status = self.status()
        return (status["meaning"]["waiting"]["en"], status["outbox"], status["drift"]) == (0, 0, 0)

    def start_worker(self):
        return subprocess.Popen(
            self.command("run_worker"),
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def instance(tmp_path):
    instance = Instance(tmp_path)
    instance.manage("migrate", "--verbosity", "0")
    instance.manage("shell", "--no-imports", "-c", MAKE_SITE)
    return instance


def wait_for(condition):
    deadline = time.monotonic() + FOUND_WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_indexes_what_is_published_survives_kill_and_stops_when_told(instance):
    worker = instance.start_worker()
    try:
        instance.publish("first")
        wait_for(lambda: instance.documents() == 1)
        worker.kill()
        worker.wait()
        instance.publish("second")
        worker = instance.start_worker()
        wait_for(lambda: instance.documents() == 2)
        wait_for(instance.is_done)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
    finally:
        worker.kill()
    status = instance.status()
    assert (status["drift"], status["outbox"], status["problem"]) == (0, 0, "")
