"""Locks between processes: one consumer feeds an index at a time, one rebuild fills its successor.

A file lock serves the embedded index, which belongs to one host. An index shared by several
hosts takes a PostgreSQL advisory lock as well: several hosts share a PostgreSQL server, never an
SQLite file. Both vanish with their process, however it ends.
"""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.db import connection

from search.engines.base import Engine
from search.indexing.host import index_folder


class LockBusy(Exception):
    """Somebody else holds the lock."""


@contextmanager
def consumer_lock(engine: Engine, *, wait: bool) -> Iterator[None]:
    """Held while writing to the live index. Raises LockBusy unless ``wait``."""
    with _lock(f"consumer-{engine.name}", shared=is_shared(engine), wait=wait):
        yield


@contextmanager
def rebuild_lock(engine: Engine) -> Iterator[None]:
    """Held while a successor is filled. Raises LockBusy."""
    with _lock(f"rebuild-{engine.name}", shared=is_shared(engine), wait=False):
        yield


@contextmanager
def embedding_lock() -> Iterator[None]:
    """Held while articles are embedded, so that no two hosts embed the same. Raises LockBusy."""
    with _lock("embedding", shared=True, wait=False):
        yield


def is_shared(engine: Engine) -> bool:
    """Whether other hosts feed the same index."""
    return engine.name != "embedded"


@contextmanager
def _lock(name: str, *, shared: bool, wait: bool) -> Iterator[None]:
    with ExitStack() as held:
        held.enter_context(_file_lock(index_folder() / f"{name}.lock", wait=wait))
        if shared and connection.vendor == "postgresql":
            held.enter_context(_advisory_lock(name, wait=wait))
        yield


@contextmanager
def _file_lock(path: Path, *, wait: bool) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockBusy(path.stem) from error
        yield


@contextmanager
def _advisory_lock(name: str, *, wait: bool) -> Iterator[None]:
    key = zlib.crc32(f"annai-{name}".encode())
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            if not cursor.fetchone()[0]:
                raise LockBusy(name)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
