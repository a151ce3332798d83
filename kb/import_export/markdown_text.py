"""Markdown nodes as rich text: words, links, and lists that hold nothing but text."""

from dataclasses import dataclass, field
from html import escape, unescape

from kb.import_export.links import LinkScope, address_tag, article_tag, is_external
from kb.import_export.markdown_nodes import (
    LISTS,
    Node,
    image_address,
    image_alt,
    line_end,
    list_start,
    list_tag,
)
from kb.import_export.rich_text import RichText, described_image, is_html, parse_fragment

EMPHASIS = {"strong": "b", "em": "i", "s": "s"}


@dataclass
class Findings:
    """What a body held that its readers will miss."""

    missing_images: int = 0
    unresolved_links: list[str] = field(default_factory=list)


class MarkdownText:
    """Writes the words of one article.

    ``key`` is the article's path below its locale's folder; ``scope`` knows the other files.
    ``anchors`` are the addresses inside the page that links may name.
    """

    def __init__(self, key: str, scope: LinkScope) -> None:
        self.key = key
        self.scope = scope
        self.findings = Findings()
        self.anchors: set[str] = set()
        self.rich_text = RichText(self.link_tag, self._met_image)

    def inline(self, node: Node) -> str:
        """The words of a paragraph, heading or cell as HTML."""
        html = self._inline_children(node)
        if "\ue000" not in html:
            return html
        # Raw tags came through: let an HTML parser pair them.
        fragment = parse_fragment(html.replace("\ue000", ""))
        return "" if fragment is None else self.rich_text.lines(fragment)

    def _inline_children(self, node: Node) -> str:
        return "".join(self._inline(child) for child in node.children)

    def _inline(self, node: Node) -> str:
        kind = node.type
        if kind == "text":
            return escape(node.content, quote=False)
        if kind in EMPHASIS:
            tag = EMPHASIS[kind]
            return f"<{tag}>{self._inline_children(node)}</{tag}>"
        if kind == "code_inline":
            return f"<code>{escape(node.content, quote=False)}</code>"
        if kind == "softbreak":
            return line_end(node)
        if kind == "hardbreak":
            return "<br/>"
        if kind == "link":
            return self._link(node)
        if kind == "image":
            return self._inline_image(node)
        return self._raw_tag(node.content) if kind == "html_inline" else escape(node.content)

    def _link(self, node: Node) -> str:
        words = self._inline_children(node)
        opening = self.link_tag(str(node.attrs.get("href", ""))) if words.strip() else None
        return f"{opening}{words}</a>" if opening else words

    def _inline_image(self, node: Node) -> str:
        if self.scope.file(image_address(node), self.key):
            return ""  # follows the paragraph as a block of its own
        self.findings.missing_images += 1
        return described_image(image_alt(node))

    def _raw_tag(self, tag: str) -> str:
        """A raw tag, marked so that ``inline`` parses it; escaped if HTML knows no such tag."""
        return "\ue000" + tag if is_html(tag) else escape(tag, quote=False)

    def link_tag(self, address: str) -> str | None:
        """The opening tag for ``address``; None, and noted, when it leads nowhere."""
        if is_external(address):
            return address_tag(unescape(address).strip())
        if address.startswith("#") and len(address) > 1:
            if self._is_anchor(address[1:]):
                return address_tag(address)
        else:
            article = self.scope.article(address, self.key) if address else None
            if article:
                return article_tag(article)
        if address and not address.lower().startswith("javascript:"):
            self.findings.unresolved_links.append(address)
        return None

    def _is_anchor(self, name: str) -> bool:
        return name in self.anchors

    def _met_image(self, address: str, alt: str) -> None:
        self.findings.missing_images += 1

    # --- Lists ------------------------------------------------------------------------------
    def list_html(self, node: Node, items: list[Node], start: int) -> str:
        """Items of a list, counted from ``start``."""
        listed = "".join(f"<li>{html}</li>" for item in items if (html := self._item_html(item)))
        return f"{self.list_opening(node, start)}{listed}</{list_tag(node)}>" if listed else ""

    def list_opening(self, node: Node, start: int) -> str:
        """The opening tag of a list."""
        ordered = node.type == "ordered_list"
        return f'<ol start="{start}">' if ordered and start != 1 else f"<{list_tag(node)}>"

    def _item_html(self, item: Node) -> str:
        """An item's paragraphs parted by line breaks, and the lists inside it."""
        html = ""
        for child in item.children:
            if child.type in LISTS:
                html += self.list_html(child, child.children, list_start(child))
            else:
                line = self.inline(child.children[0]).strip()
                separator = (
                    "<br/>" if html and line and not html.endswith(("</ul>", "</ol>")) else ""
                )
                html += separator + line
        return html
