"""Sections that several articles share: ``{{key}}`` stands for the section headed ``{#key}``."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from posixpath import dirname, join, normpath

from kb.import_export.dialect import included_keys, without_comments
from kb.import_export.report import Skipped, Unreadable
from kb.import_export.source import LocaleFolder

HEADING = re.compile(r"^(?P<level>#{1,6})[ \t].*$", re.MULTILINE)
KEY = re.compile(r"\{#(?P<key>[\w-]+)\}[ \t]*$")
RELATIVE = re.compile(
    r"""(?P<before>\]\(|(?:href|src)=["'])(?P<address>(?![a-zA-Z][a-zA-Z0-9+.-]*:|[/#])[^)\s"']+)"""
)


@dataclass(frozen=True)
class Includes:
    """The sections of one locale's include files, by key."""

    sections: dict[str, str] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()

    def digest_of(self, text: str) -> str:
        """A hash of every section ``text`` uses, directly or through others; empty for none."""
        used = self._used(text, set())
        if not used:
            return ""
        joined = "\0".join(f"{key}\0{self.sections[key]}" for key in sorted(used))
        return sha256(joined.encode()).hexdigest()

    def _used(self, text: str, seen: set[str]) -> set[str]:
        for key in included_keys(text) & self.sections.keys() - seen:
            seen.add(key)
            self._used(self.sections[key], seen)
        return seen


def load_includes(folder: LocaleFolder) -> Includes:
    """Read every include file. A key met twice keeps its first section."""
    sections: dict[str, str] = {}
    skipped: list[Skipped] = []
    for key in folder.includes:
        try:
            text = without_comments(folder.read(key))
        except Unreadable as error:
            skipped.append(Skipped(folder.label(key), str(error)))
            continue
        for name, content in _sections(text):
            sections.setdefault(name, _absolute(content, key))
    return Includes(sections, tuple(skipped))


def _sections(text: str) -> list[tuple[str, str]]:
    """Key and content of every keyed section; it ends at the next heading of its level."""
    headings = [*HEADING.finditer(text)]
    found = []
    for number, heading in enumerate(headings):
        keyed = KEY.search(heading[0])
        if keyed:
            ends = (
                h.start()
                for h in headings[number + 1 :]
                if len(h["level"]) <= len(heading["level"])
            )
            found.append((keyed["key"], text[heading.end() : next(ends, len(text))]))
    return found


def _absolute(content: str, file: str) -> str:
    """Relative links count from the include file, not from the article it ends up in."""

    def rebased(match: re.Match[str]) -> str:
        return f"{match['before']}/{normpath(join(dirname(file), match['address']))}"

    return RELATIVE.sub(rebased, content)
