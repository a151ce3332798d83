"""Topics: from tables of contents, and from folders for files that stand in none.

A table of contents is a nested list. Items that are links name articles; the others name topics.
Topics are keyed by their anchors (``{#orders}``), which are the same in every language.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import dirname

from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from kb.import_export.dialect import term_text, without_comments
from kb.import_export.links import resolve_path

ANCHOR = re.compile(r"\{#(?P<anchor>[^\s{}]+)\}")
ATTRIBUTES = re.compile(r"\{[^{}]*\}")


@dataclass
class Topic:
    """A topic to be. ``key`` is the same in every language; ``parent`` is None at the top."""

    key: str
    title: str
    slug: str
    parent: "Topic | None" = None
    children: dict[str, "Topic"] = field(default_factory=dict)  # by slug


@dataclass
class Contents:
    """The topics of one locale, parents before children, and the topic of each article."""

    topics: dict[str, Topic] = field(default_factory=dict)
    topic_of: dict[str, Topic | None] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def add_topic(self, *, key: str, title: str, slug: str, parent: Topic | None) -> Topic:
        """The topic of this key, new or known."""
        if key not in self.topics:
            topic = Topic(key, title, slug, parent)
            self.topics[key] = topic
            if parent is not None:
                parent.children.setdefault(slug, topic)
        return self.topics[key]

    def add_article(self, key: str, topic: Topic | None) -> None:
        """Put an article where it is named first."""
        if key not in self.topic_of:
            self.topic_of[key] = topic
            self.order.append(key)


def contents_of(tables: dict[str, str], articles: Iterable[str]) -> Contents:
    """Topics and places for all ``articles`` (paths), given the tables' texts by path."""
    known = set(articles)
    contents = Contents()
    for path, text in sorted(tables.items()):
        root = SyntaxTreeNode(MarkdownIt("commonmark").parse(term_text(without_comments(text))))
        for node in root.children:
            if node.type in {"bullet_list", "ordered_list"}:
                _add_items(contents, node, path=path, parent=None, known=known)
    places = _Places(contents, tables)
    for key in sorted(known - contents.topic_of.keys()):
        contents.add_article(key, places.topic_for(key))
    return contents


def _add_items(
    contents: Contents, node: SyntaxTreeNode, *, path: str, parent: Topic | None, known: set[str]
) -> None:
    for number, item in enumerate(node.children):
        topic = parent
        links = [*_links(item)]
        words = _words(item)
        if not links and words:
            topic = _section(contents, item, words=words, number=number, path=path, parent=parent)
        for address in links:
            key = resolve_path(address, path)
            if key in known:
                contents.add_article(key, parent)
        for child in item.children:
            if child.type in {"bullet_list", "ordered_list"}:
                _add_items(contents, child, path=path, parent=topic, known=known)


def _section(
    contents: Contents,
    item: SyntaxTreeNode,
    *,
    words: str,
    number: int,
    path: str,
    parent: Topic | None,
) -> Topic:
    """The topic of an item. Without an anchor its place in the list has to tell it from others."""
    anchor = ANCHOR.search(words)
    title = " ".join(ATTRIBUTES.sub("", words).split())
    slug = slugify(anchor["anchor"] if anchor else title, allow_unicode=True)
    step = anchor["anchor"] if anchor else str(number + 1)
    key = f"{parent.key}/{step}" if parent else f"{path}#{step}"
    return contents.add_topic(key=key, title=title or step, slug=slug or step, parent=parent)


def _links(item: SyntaxTreeNode) -> Iterator[str]:
    for child in item.children:
        if child.type == "paragraph":
            for node in child.walk():
                if node.type == "link":
                    yield str(node.attrs.get("href", ""))


def _words(item: SyntaxTreeNode) -> str:
    paragraphs = (child for child in item.children if child.type == "paragraph")
    return " ".join(
        node.content
        for paragraph in paragraphs
        for node in paragraph.walk()
        if node.type in {"text", "code_inline"}
    )


class _Places:
    """Finds topics for files that no table of contents names: from their folders."""

    def __init__(self, contents: Contents, tables: Iterable[str]) -> None:
        self.contents = contents
        self.bases = {dirname(table) for table in tables}
        self.tops = {t.slug: t for t in contents.topics.values() if t.parent is None}
        self.topic_of_folder = _usual_topics(contents)

    def topic_for(self, key: str) -> Topic | None:
        """Where most files of the same folder stand; else a topic for each folder on the way.

        The way begins at the closest folder above that the tables place, or at a table's own
        folder. A folder called like a topic's anchor is that topic.
        """
        start = PurePosixPath(dirname(key))
        while not self._is_known(_name(start)) and start.parts:
            start = start.parent
        topic = self.topic_of_folder.get(_name(start))
        for name in PurePosixPath(dirname(key)).relative_to(start).parts:
            start = start / name
            topic = self._below(topic, name, f"{start.as_posix()}/")
        return topic

    def _is_known(self, folder: str) -> bool:
        return folder in self.topic_of_folder or folder in self.bases

    def _below(self, parent: Topic | None, name: str, key: str) -> Topic:
        siblings = parent.children if parent else self.tops
        slug = slugify(name.removesuffix(".md"), allow_unicode=True) or "topic"
        if slug not in siblings:
            siblings[slug] = self.contents.add_topic(
                key=key, title=folder_title(name), slug=slug, parent=parent
            )
        return siblings[slug]


def _usual_topics(contents: Contents) -> dict[str, Topic | None]:
    """For each folder the topic that holds most of the articles directly in it."""
    keys: dict[str, Counter[str]] = defaultdict(Counter)
    for article, topic in contents.topic_of.items():
        keys[dirname(article)][topic.key if topic else ""] += 1
    return {
        folder: contents.topics.get(counted.most_common(1)[0][0])
        for folder, counted in keys.items()
    }


def _name(folder: PurePosixPath) -> str:
    return "" if folder == PurePosixPath() else folder.as_posix()


def folder_title(name: str) -> str:
    """A folder's name as a title: ``sign-in_help`` → Sign in help."""
    words = re.sub(r"[-_\s]+", " ", name.removesuffix(".md")).strip() or name
    return words[:1].upper() + words[1:]
