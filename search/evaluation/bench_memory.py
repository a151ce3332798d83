"""Memory of web workers: gunicorn as it is configured, its workers forked from a loaded parent."""

import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from subprocess import DEVNULL, Popen, TimeoutExpired
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psutil
from django.conf import settings

WORKERS = 2
AT_A_TIME = 4
PATIENCE_SECONDS = 60.0
STOP_SECONDS = 40.0  # gunicorn gives running requests 30
UNLIMITED = "1000000/s"

# Not by a proxy of the environment: the server is on this machine.
_direct = build_opener(ProxyHandler({}))


def worker_memory(paths: Sequence[str], progress: Callable[[str], None]) -> list[float]:
    """What each of ``WORKERS`` holds after they answered ``paths``, in MB.

    Proportional (PSS): what several processes share counts for each by its part. Raises
    RuntimeError when gunicorn does not answer in time, OSError when it does with an error later.
    """
    progress("measuring worker_pss_mb")
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    own = {
        "PORT": str(port),
        "WEB_CONCURRENCY": str(WORKERS),
        "ALLOWED_HOSTS": "127.0.0.1",
        "ANNAI_SUGGEST_RATE": UNLIMITED,
        "ANNAI_SEARCH_RATE": UNLIMITED,
    }
    # Standard output is the figures'; gunicorn would log every request there.
    server = Popen(command, env=os.environ | own, cwd=settings.BASE_DIR, stdout=DEVNULL)  # noqa: S603
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address + paths[0], server)
        with ThreadPoolExecutor(AT_A_TIME) as clients:
            list(clients.map(_get, (address + path for path in paths)))
        workers = psutil.Process(server.pid).children()
        return sorted(round(w.memory_full_info().pss / 2**20, 1) for w in workers)
    finally:
        _end(server)


def _end(server: "Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: "Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            return _get(address)
        except HTTPError as error:
            raise RuntimeError(f"gunicorn: {error}") from error
        except OSError:  # it does not listen yet
            pass
        time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def _get(address: str) -> None:
    with _direct.open(address, timeout=PATIENCE_SECONDS) as response:
        response.read()
