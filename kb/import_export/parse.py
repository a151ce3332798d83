"""From a help file to an article: plain values, no database."""

import re
from dataclasses import dataclass, field, replace
from hashlib import sha256

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from kb.import_export import front_matter
from kb.import_export.blocks import Block
from kb.import_export.body import BodyBuilder
from kb.import_export.dialect import simplify, term_text, without_comments
from kb.import_export.front_matter import Metadata
from kb.import_export.includes import Includes
from kb.import_export.links import LinkScope, is_external
from kb.import_export.markdown_nodes import markdown_parser
from kb.import_export.report import Unreadable
from kb.import_export.source import LocaleFolder

# Raise it when the same file would become another article than before.
MAPPING_VERSION = 1
TITLE_LENGTH = 255
FIRST_HEADING = re.compile(r"^#[ \t]+(?P<text>.+?)[ \t]*(?:\{#[^{}]*\})?[ \t]*$", re.MULTILINE)
REFERENCE = re.compile(r"""\]\(<?(?P<md>[^()\s<>]+)|(?:href|src)=["'](?P<html>[^"']+)""")


@dataclass(frozen=True)
class Header:
    """What is known of an article before its body is parsed. ``digest`` changes with the file,
    the sections it includes, the presence of what it refers to, and the mapping."""

    key: str
    locale: str
    source: str  # how reports call the file
    metadata: Metadata
    digest: str

    @property
    def title(self) -> str:
        """The article's title."""
        return self.metadata.title


@dataclass(frozen=True)
class ImportedArticle:
    """An article as its file tells it. Links and pictures still name files (see ``body``)."""

    header: Header
    body: list[Block]
    missing_images: int = 0
    unresolved_links: list[str] = field(default_factory=list)


@dataclass
class ArticleParser:
    """Parses the files of one locale folder."""

    folder: LocaleFolder
    includes: Includes
    markdown: MarkdownIt = field(default_factory=markdown_parser)

    def __post_init__(self) -> None:
        self.scope = LinkScope(frozenset(self.folder.articles), self.folder.files)

    def header(self, key: str) -> Header:
        """The head of one file. Raises Unreadable with the reason for a person."""
        text = self.folder.read(key)
        values, body = front_matter.split(text)
        found = front_matter.metadata(values)
        title = found.title or self._first_heading(body)
        if not title:
            raise Unreadable(_("has no title and no first heading"))
        if len(title) > TITLE_LENGTH:
            raise Unreadable(_("its title is longer than %s characters") % TITLE_LENGTH)
        return Header(
            key=key,
            locale=self.folder.locale,
            source=self.folder.label(key),
            metadata=replace(found, title=title),
            digest=self._digest(key, text),
        )

    def article(self, header: Header) -> ImportedArticle:
        """The whole article. Raises Unreadable when the file went bad in between."""
        _values, text = front_matter.split(self.folder.read(header.key))
        builder = BodyBuilder(header.key, self.scope, self.markdown)
        body = builder.build(simplify(text, self.includes.sections))
        return ImportedArticle(
            header=header,
            body=body,
            missing_images=builder.findings.missing_images,
            unresolved_links=builder.findings.unresolved_links,
        )

    def _first_heading(self, body: str) -> str:
        match = FIRST_HEADING.search(term_text(without_comments(body)))
        return front_matter.plain(match["text"]) if match else ""

    def _digest(self, key: str, text: str) -> str:
        """SHA-256 in hexadecimal digits."""
        parts = [str(MAPPING_VERSION), text, self.includes.digest_of(text)]
        for match in REFERENCE.finditer(text):
            address = match["md"] or match["html"]
            if not address.startswith("#") and not is_external(address):
                target = self.scope.article(address, key) or self._picture(address, key)
                parts.append(target)
        return sha256("\0".join(parts).encode()).hexdigest()

    def _picture(self, address: str, key: str) -> str:
        """What tells one state of a referred-to file from another: its path and size."""
        path = self.scope.file(address, key)
        return f"{path} {(self.folder.root / path).stat().st_size}" if path else ""
