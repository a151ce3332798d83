"""Markdown as the parser reads it: the parser itself, and what its nodes say."""

import re
from collections.abc import Iterator

from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin

Node = SyntaxTreeNode

MARKER = re.compile(
    r"^\s*\[!(?P<name>[A-Z]+)(?P<words>[^\]]*)\](?:\((?P<url>[^)\s]+)[^)]*\))?(?P<rest>.*)",
    re.DOTALL,
)
ANCHOR = re.compile(r"\s*\{#(?P<anchor>[^\s{}]+)\}\s*$")
CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
LISTS = {"bullet_list", "ordered_list"}
SECTION = "container_collapsible"


def markdown_parser() -> MarkdownIt:
    """CommonMark with tables, strike-through and ``+++`` sections."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # A line of pluses with words opens a section; the next bare line of pluses closes it.
    container_plugin(
        parser, "collapsible", marker="+", validate=lambda words, _: bool(words.strip())
    )
    return parser


def heading_text(node: Node) -> tuple[str, str]:
    """The words of a heading and its anchor, given as ``{#anchor}`` (else empty)."""
    words = " ".join(plain_text(node.children[0]).split()) if node.children else ""
    match = ANCHOR.search(words)
    if match is None:
        return words, ""
    return words[: match.start()].strip(), match["anchor"]


def anchors(node: Node) -> Iterator[str]:
    """Every address inside the page: the ids its headings will have."""
    for child in node.children:
        if child.type == "heading":
            text, anchor = heading_text(child)
            yield anchor or slugify(text, allow_unicode=True)
        elif child.type != "paragraph":
            yield from anchors(child)


def without_title(nodes: list[Node]) -> list[Node]:
    """``nodes`` without the page's own heading: the first one, if it is of level 1."""
    title = next((node for node in nodes if node.type == "heading"), None)
    return [node for node in nodes if node is not title or node.tag != "h1"]


def only_images(inline: Node) -> list[Node] | None:
    """The images of a paragraph that holds nothing else; None for any other."""
    images = []
    for child in inline.children:
        if child.type == "image":
            images.append(child)
        elif child.type not in {"softbreak", "hardbreak", "text"} or child.content.strip():
            return None
    return images or None


def holds_text_only(node: Node) -> bool:
    """Whether a list or an item holds paragraphs and lists only."""
    return all(
        (child.type in {"paragraph", "list_item", *LISTS})
        and (child.type == "paragraph" or holds_text_only(child))
        for child in node.children
    )


def marker_of(node: Node) -> re.Match[str] | None:
    """The ``[!NAME …]`` a paragraph of a quotation begins with."""
    if node.type != "paragraph" or not node.children:
        return None
    return MARKER.match(node.children[0].content)


def plain_text(node: Node) -> str:
    """The text of inline nodes without any mark-up."""
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return line_end(node) if node.type == "softbreak" else " "
    return "".join(plain_text(child) for child in node.children)


def line_end(node: Node) -> str:
    """What a line break inside a sentence reads as: nothing between Japanese characters."""
    before, after = node.previous_sibling, node.next_sibling
    if before is None or after is None or not before.type == after.type == "text":
        return " "
    both_cjk = CJK.match(before.content[-1:]) and CJK.match(after.content[:1])
    return "" if both_cjk else " "


def image_address(image: Node) -> str:
    """Where a picture lies, as written."""
    return str(image.attrs.get("src", ""))


def image_alt(image: Node) -> str:
    """The description of a picture on one line, without characters of no width."""
    return " ".join(plain_text(image).replace("\u200b", "").split())


def list_start(node: Node) -> int:
    """The number of a list's first item."""
    return int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 1


def list_tag(node: Node) -> str:
    """The name of a list's HTML element."""
    return "ol" if node.type == "ordered_list" else "ul"
