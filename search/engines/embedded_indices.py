"""Where the embedded engine's indices lie: one folder per locale below ``folder``.

``<locale>/<name>/`` holds an index, ``<locale>/current`` names the live one and is replaced
atomically, so that readers in other processes see either the old index or the new one. Writers
take the file lock ``<locale>/lock``: tantivy refuses a second writer at once instead of waiting.
"""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from search.analysis import ANALYSIS_VERSION
from search.engines.base import EngineUnavailable
from search.engines.stamps import FileStamp, file_stamp
from search.engines.tantivy_index import LiveIndex
from search.engines.tantivy_schema import SCHEMA


class EmbeddedIndices:
    """The indices of every locale: which one is live, opening it, replacing it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, LiveIndex] = {}
        self._pointers: dict[str, Path] = {}
        self._names: dict[str, tuple[FileStamp, str]] = {}
        self._open_lock = threading.Lock()

    def locale_folder(self, locale: str) -> Path:
        """The folder of one locale's indices, for this user's eyes only."""
        folder = self.folder / locale
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        return folder

    def locales(self) -> list[str]:
        """The locales that have a folder."""
        # os.walk passes over what cannot be read; Path.glob may raise.
        _, names, _ = next(os.walk(self.folder), ("", [], []))
        return sorted(names)

    def _live_name(self, locale: str) -> str | None:
        path = self._pointers.get(locale)
        if path is None:
            path = self._pointers.setdefault(locale, self.folder / locale / "current")
        try:
            stamp = file_stamp(path)
            if self._names.get(locale, (None,))[0] != stamp:
                self._names[locale] = (stamp, path.read_text(encoding="utf-8").strip())
            return self._names[locale][1]
        except FileNotFoundError:
            return None
        except (UnicodeDecodeError, OSError) as error:
            raise EngineUnavailable("the name of the live index cannot be read") from error

    def live(self, locale: str) -> LiveIndex | None:
        """The live index as of now. Raises EngineUnavailable when it cannot be opened."""
        name = self._live_name(locale)
        if name is None:
            return None
        try:
            return self._opened(locale, name)
        except EngineUnavailable:
            # Swaps since the name was read may have dropped its folder.
            newer = self._live_name(locale)
            if newer is None or newer == name:
                raise
            return self._opened(locale, newer)

    def _opened(self, locale: str, name: str) -> LiveIndex:
        live = self._open.get(locale)
        if live is None or live.path.name != name:
            with self._open_lock:
                live = LiveIndex(self.folder / locale / name)
                self._open[locale] = live
        live.refresh()
        return live

    def live_or_new(self, locale: str) -> LiveIndex:
        """The live index, made empty where there is none. For writers, under the lock."""
        live = self.live(locale)
        if live is not None:
            return live
        path = self.new_folder(locale)
        tantivy.Index(SCHEMA, path=str(path))
        self.point_to(locale, path)
        return self._opened(locale, path.name)

    def new_folder(self, locale: str) -> Path:
        """A fresh, empty index folder; its name carries the analysis version."""
        path = self.locale_folder(locale) / f"{ANALYSIS_VERSION}_{time.time_ns()}"
        path.mkdir(mode=0o700)
        return path

    def point_to(self, locale: str, path: Path) -> None:
        """Make ``path`` the live index, atomically."""
        folder = self.locale_folder(locale)
        temporary = folder / f"current.{os.getpid()}"
        temporary.write_text(path.name, encoding="utf-8")
        temporary.replace(folder / "current")

    @contextmanager
    def locked(self, locale: str) -> Iterator[None]:
        """Keep the other writers of a locale out, those of other processes too."""
        with (self.locale_folder(locale) / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def replace_live(self, locale: str, path: Path) -> None:
        """Point to ``path`` and drop the others of the locale, but for the one live until now.

        A reader may have read that one's name and be about to open it.
        """
        with self.locked(locale):
            kept = {path.name}
            # Where the name cannot be read nobody is about to open it.
            with suppress(EngineUnavailable):
                kept.add(self._live_name(locale) or path.name)
            self.point_to(locale, path)
            for other in self.locale_folder(locale).iterdir():
                if other.is_dir() and other.name not in kept:
                    # A reader that still holds it keeps its open files; the names may go.
                    shutil.rmtree(other, ignore_errors=True)


def folder_bytes(folder: Path) -> int:
    """The size of all files; those that a merge or a swap removes meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(parent, name).stat().st_size
    return total
