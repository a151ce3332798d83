"""What the tests need from outside Python: Elasticsearch, a browser, and a rule about skips.

A pytest plugin (`-p tests.services` in pyproject.toml), so that its option is known before the
tests are looked for. Servers are started when a test first asks for one and shared by all xdist
processes: a folder named in the environment is the meeting point, `scripts/elasticsearch-node`
lets several starts at once on one folder make one server, and the main process ends them all.
`scripts/run-tests` names that folder itself and so can tidy up even after a pytest that was killed.
"""

# ruff: noqa: S603, S607 - every command is our own

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ELASTICSEARCH_NODE = Path(__file__).parent.parent / "scripts" / "elasticsearch-node"
MEETING_POINT = "ANNAI_TEST_SERVICES_DIR"
BRINGS_EVERYTHING = "`make system-packages` (as root) brings it"

# Chromium refuses its sandbox under root; the rest keeps it from calling its maker's servers.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# --- Elasticsearch -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ElasticsearchNode:
    """A server that the tests may do anything to.

    `url` as ELASTICSEARCH_URL takes it, credentials included; several nodes by commas.
    """

    data: Path
    password: str = ""
    nodes: int = 1

    def start(self) -> str:
        """Start it, or bring back what died, with its data and on the same port; the URL.

        Returns when the server answers. Skips the test, with the reason, where that cannot be.
        """
        arguments = [f"--data={self.data}", "--port=0", "--heap=512m"]
        if self.password:
            arguments.append(f"--password={self.password}")
        if self.nodes > 1:
            arguments.append(f"--nodes={self.nodes}")
        # These tests want a server of their own, never one that belongs to somebody.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ELASTICSEARCH_")}
        done = subprocess.run(
            [ELASTICSEARCH_NODE, "start", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            pytest.skip(f"no Elasticsearch: {reason} ({BRINGS_EVERYTHING})")
        return done.stdout.strip()

    def stop(self) -> None:
        """End it in good order; the data stay for the next start."""
        command = [ELASTICSEARCH_NODE, "stop", f"--data={self.data}"]
        subprocess.run(command, capture_output=True, check=False)

    def kill(self, node: int = 0) -> None:
        """Take one server away as a power cut would; `start` brings it back."""
        state = json.loads((self.data / "node.json").read_text())
        if container := state.get("container"):
            subprocess.run(["docker", "kill", container], capture_output=True, check=True)
        else:
            os.kill(state["nodes"][node]["server"], signal.SIGKILL)


def _services_folder() -> Path:
    return Path(os.environ[MEETING_POINT])


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """The URL of a server without security, shared by the session: keep to an own index prefix."""
    if url := os.environ.get("ANNAI_TEST_ELASTICSEARCH_URL"):
        return url
    return ElasticsearchNode(_services_folder() / "plain").start()


@dataclass(frozen=True)
class SecuredElasticsearch:
    """A shared server that wants credentials: user `elastic`. `url` holds none."""

    url: str
    password: str
    username: str = "elastic"


@pytest.fixture(scope="session")
def secured_elasticsearch() -> SecuredElasticsearch:
    """A server with security on, shared by the session and started by the first who asks."""
    password = "right horse/battery staple"
    url = ElasticsearchNode(_services_folder() / "secured", password=password).start()
    scheme, _, address = url.partition("://")
    return SecuredElasticsearch(f"{scheme}://{address.rpartition('@')[2]}", password)


@pytest.fixture
def own_elasticsearch() -> Iterator[Callable[..., ElasticsearchNode]]:
    """Makes servers for one test alone, to be killed and brought back: about 20 s a start."""
    made: list[ElasticsearchNode] = []

    def make(*, password: str = "", nodes: int = 1) -> ElasticsearchNode:
        folder = Path(tempfile.mkdtemp(prefix="own-", dir=_services_folder()))
        folder.chmod(0o755)
        made.append(ElasticsearchNode(folder, password=password, nodes=nodes))
        return made[-1]

    yield make
    for node in made:
        node.stop()
        shutil.rmtree(node.data, ignore_errors=True)


# --- Browser -----------------------------------------------------------------------------------


class SystemChromium:
    """Gives pytest-playwright the system's browser instead of one it would have to download."""

    @pytest.fixture(scope="session")
    @classmethod
    def browser_type_launch_args(cls, browser_type_launch_args, playwright) -> dict:
        names = ("chromium", "chromium-browser", "google-chrome")
        found = next(filter(None, map(shutil.which, names)), playwright.chromium.executable_path)
        if not Path(found).exists():
            pytest.skip(f"no Chromium: {BRINGS_EVERYTHING}")
        return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_ARGUMENTS}


# --- Hooks -------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="a skipped test fails the run (an expected failure does not count)",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Registered this late, so that the fixture overrides the one of pytest-playwright.
    config.pluginmanager.register(SystemChromium(), "annai-system-chromium")
    if not hasattr(config, "workerinput"):
        # As Ctrl-C does: a time limit that ends pytest must not leave servers behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if not os.environ.get(MEETING_POINT):
            # Not in pytest's own temporary folder: that is closed to the user the servers run as.
            os.environ[MEETING_POINT] = tempfile.mkdtemp(prefix="annai-test-services-")
        _services_folder().mkdir(mode=0o755, parents=True, exist_ok=True)
        _services_folder().chmod(0o755)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        for state in _services_folder().glob("*/node.json"):
            ElasticsearchNode(state.parent).stop()
        shutil.rmtree(_services_folder(), ignore_errors=True)


def _skipped(config: pytest.Config) -> list:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.option.no_skips and _skipped(session.config) and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if config.option.no_skips and _skipped(config):
        terminalreporter.section("skipped, and --no-skips is on: the run fails", red=True)
        for report in _skipped(config):
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2]}")
