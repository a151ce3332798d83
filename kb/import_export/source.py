"""Where the files come from: a folder, or an archive unpacked safely for the time of the import."""

import re
import tarfile
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from kb.import_export.report import ImportFailure, Unreadable

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
MAX_ARCHIVE_BYTES = 4 * 1024**3
MAX_ARCHIVE_FILES = 500_000
MAX_FILE_BYTES = 5 * 1024**2
TABLE_OF_CONTENTS = "TOC.md"
INCLUDES = "_includes"


@dataclass(frozen=True)
class LocaleFolder:
    """The files of one language. Paths are written with ``/``, relative to ``root``."""

    locale: str
    root: Path
    name: str  # how reports call this folder

    @cached_property
    def files(self) -> frozenset[str]:
        """Every regular file. Links are not followed."""
        return frozenset(
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file() and not path.is_symlink()
        )

    @cached_property
    def articles(self) -> tuple[str, ...]:
        """The Markdown files that are articles, in order of their paths."""
        return tuple(sorted(filter(_is_article, self.files)))

    @cached_property
    def includes(self) -> tuple[str, ...]:
        """The files whose sections others include."""
        return tuple(
            sorted(
                key
                for key in self.files
                if key.endswith(".md") and INCLUDES in PurePosixPath(key).parts[:-1]
            )
        )

    @cached_property
    def tables_of_contents(self) -> tuple[str, ...]:
        """The files that say which articles belong together."""
        return tuple(sorted(k for k in self.files if PurePosixPath(k).name == TABLE_OF_CONTENTS))

    def label(self, key: str) -> str:
        """How reports call a file."""
        return f"{self.name}/{key}" if self.name else key

    def read(self, key: str) -> str:
        """A file's text. Raises Unreadable with the reason for a person."""
        path = self.root / key
        try:
            size = path.stat().st_size
            if size > MAX_FILE_BYTES:
                megabytes = MAX_FILE_BYTES // 1024**2
                raise Unreadable(_("larger than %(limit)s MB") % {"limit": megabytes})
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            reason = _("not UTF-8 text (byte %(position)s)")
            raise Unreadable(reason % {"position": error.start}) from error
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error
        if "\0" in text:
            raise Unreadable(_("holds a NUL character: not a text file"))
        if not text.strip():
            raise Unreadable(_("empty"))
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_article(key: str) -> bool:
    path = PurePosixPath(key)
    hidden = any(part.startswith(".") for part in path.parts)
    return (
        path.suffix.lower() == ".md"
        and path.name != TABLE_OF_CONTENTS
        and INCLUDES not in path.parts
        and not hidden
    )


@contextmanager
def open_source(
    path: Path, *, locales: Collection[str], only: str | None
) -> Iterator[list[LocaleFolder]]:
    """The locale folders of a folder or archive; unpacked files last as long as the context.

    ``locales`` are the site's language codes, ``only`` picks one of them. Raises ImportFailure
    when there is nothing to import from.
    """
    if not path.exists():
        raise ImportFailure(_("%(path)s does not exist.") % {"path": path})
    if path.is_dir():
        yield locale_folders(path, locales=locales, only=only)
        return
    if not path.name.lower().endswith(ARCHIVES):
        known = ", ".join(ARCHIVES)
        message = _("%(path)s is neither a folder nor an archive (%(known)s).")
        raise ImportFailure(message % {"path": path, "known": known})
    with tempfile.TemporaryDirectory(prefix="annai-import-") as folder:
        unpack(path, Path(folder))
        yield locale_folders(Path(folder), locales=locales, only=only)


def locale_folders(path: Path, *, locales: Collection[str], only: str | None) -> list[LocaleFolder]:
    """The folders below ``path`` whose names end in a locale code, or ``path`` itself.

    Raises ImportFailure when no language can be told, or ``only`` has no folder.
    """
    found = _named_folders(path, locales)
    if not found:
        return [LocaleFolder(_locale_of_single(path, locales, only), path, "")]
    twice = sorted({folder.locale for folder in found if _count(found, folder.locale) > 1})
    if twice:
        message = _("Several folders hold the locale %(locale)s.")
        raise ImportFailure(message % {"locale": ", ".join(twice)})
    chosen = [folder for folder in found if only in {None, folder.locale}]
    if not chosen:
        message = _("%(path)s has no folder for the locale %(locale)s.")
        raise ImportFailure(message % {"path": path.name, "locale": only})
    return chosen


def _named_folders(path: Path, locales: Collection[str]) -> list[LocaleFolder]:
    folders = sorted(child for child in path.iterdir() if child.is_dir())
    found = [
        LocaleFolder(code, folder, folder.name)
        for folder in folders
        if (code := locale_code(folder.name, locales))
    ]
    if not found and len(folders) == 1 and not any(path.glob("*.md")):
        return _named_folders(folders[0], locales)  # an archive's single top folder
    return found


def _locale_of_single(path: Path, locales: Collection[str], only: str | None) -> str:
    own = locale_code(path.name, locales)
    if only is None and own is None:
        message = _(
            "%(path)s has no folder whose name ends in a locale code: name one by --locale."
        )
        raise ImportFailure(message % {"path": path.name})
    if only is not None and own not in {None, only}:
        message = _("%(path)s has no folder for the locale %(locale)s.")
        raise ImportFailure(message % {"path": path.name, "locale": only})
    return only or own or ""


def _count(folders: list[LocaleFolder], locale: str) -> int:
    return sum(folder.locale == locale for folder in folders)


def locale_code(name: str, locales: Collection[str]) -> str | None:
    """The locale a folder's name ends in: ``help_ja`` → ja, ``ja`` → ja, ``ninja`` → None."""
    match = re.search(r"(?:^|[-_. ])([A-Za-z]{2,3})$", name)
    code = match[1].lower() if match else None
    return code if code in locales else None


def unpack(archive: Path, folder: Path) -> None:
    """Unpack ``archive`` below ``folder``. Raises ImportFailure for a broken or unsafe one."""
    try:
        if archive.name.lower().endswith(".zip"):
            _unpack_zip(archive, folder)
        else:
            _unpack_tar(archive, folder)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        message = _("%(archive)s cannot be unpacked: %(error)s")
        raise ImportFailure(message % {"archive": archive.name, "error": error}) from error


def _unpack_tar(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as members:
        total = 0
        for number, member in enumerate(members, start=1):
            total += member.size
            _refuse_bomb(archive, number, total)
            members.extract(member, folder, filter="data")  # raises for paths that lead outside


def _unpack_zip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        entries = members.infolist()
        _refuse_bomb(archive, len(entries), sum(entry.file_size for entry in entries))
        for entry in entries:
            path = PurePosixPath(entry.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts:
                message = _("%(archive)s holds a path that leads outside: %(name)s")
                raise ImportFailure(message % {"archive": archive.name, "name": entry.filename})
            members.extract(entry, folder)


def _refuse_bomb(archive: Path, files: int, size: int) -> None:
    if files > MAX_ARCHIVE_FILES or size > MAX_ARCHIVE_BYTES:
        message = _("%(archive)s is too large to unpack.")
        raise ImportFailure(message % {"archive": archive.name})
