"""Where the links of a help file lead."""

from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

EXTERNAL = {"http", "https", "mailto", "tel"}


def resolve_path(address: str, base: str) -> str | None:
    """The path below the locale's folder that ``address`` names, seen from the file ``base``.

    Addresses that begin with ``/`` count from the locale's folder. None for what leaves it.
    """
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return None
    if not path:
        return None
    joined = normpath(path.lstrip("/") if path.startswith("/") else join(dirname(base), path))
    return None if joined.startswith("..") or joined == "." else joined


@dataclass(frozen=True)
class LinkScope:
    """The files of one locale: ``articles`` can be linked to, ``files`` are all there are."""

    articles: Collection[str]
    files: Collection[str]

    def article(self, address: str, base: str) -> str | None:
        """The key of the article behind ``address``; the ending ``.md`` may be missing."""
        path = resolve_path(address, base)
        candidates = () if path is None else (path, f"{path}.md", f"{path}/index.md")
        return next((key for key in candidates if key in self.articles), None)

    def file(self, address: str, base: str) -> str | None:
        """The path of any file behind ``address`` that the import has."""
        if is_external(address):
            return None
        path = resolve_path(address, base)
        return path if path in self.files else None


def is_external(address: str) -> bool:
    """Whether ``address`` names another site or a way to reach somebody."""
    return scheme(address) in EXTERNAL


def scheme(address: str) -> str:
    """The scheme of ``address``, in small letters; empty for a relative or malformed one."""
    try:
        return urlsplit(address).scheme.lower()
    except ValueError:
        return ""


def article_tag(key: str) -> str:
    """The opening tag of a link to an article whose page has no id yet."""
    return f'<a linktype="article" id="{escape(key)}">'


def address_tag(address: str) -> str:
    """The opening tag of a link to an address."""
    return f'<a href="{escape(address)}">'
