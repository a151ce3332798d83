"""Memory of web workers: gunicorn as it is configured, its workers forked from a loaded parent."""

import os
import socket
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from subprocess import DEVNULL, Popen
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from django.conf import settings

WORKERS = 2
AT_A_TIME = 4
PATIENCE_SECONDS = 60.0


def worker_memory(paths: Sequence[str], progress: Callable[[str], None]) -> list[float]:
    """What each of ``WORKERS`` holds after they answered ``paths``, in MB.

    Proportional (PSS): what several processes share counts for each by its part. Raises
    RuntimeError when gunicorn does not answer in time, URLError when it answers with an error.
    """
    progress("measuring worker_pss_mb")
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    environment = {**os.environ, "PORT": str(port), "WEB_CONCURRENCY": str(WORKERS)}
    # Standard output is the figures'; gunicorn would log every request there.
    with Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=DEVNULL) as server:  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address + paths[0], server)
            with ThreadPoolExecutor(AT_A_TIME) as clients:
                list(clients.map(_get, (address + path for path in paths)))
            workers = psutil.Process(server.pid).children()
            return sorted(round(w.memory_full_info().pss / 2**20, 1) for w in workers)
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: "Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            return _get(address)
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise RuntimeError(f"gunicorn: {error}") from error
        time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def _get(address: str) -> None:
    with urlopen(address, timeout=PATIENCE_SECONDS) as response:  # noqa: S310 - our own server
        response.read()
