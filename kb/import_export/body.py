"""Markdown as the body of an article.

Two places hold blocks: the body itself, and the inside of steps and collapsible sections
(``DetailBlock``), where ordered lists and sections have to become formatted text.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape

from markdown_it import MarkdownIt

from kb.import_export.blocks import (
    Block,
    callouts,
    heading_block,
    quoted,
    text_block,
    text_blocks,
    video_block,
)
from kb.import_export.html_blocks import HtmlBlocks
from kb.import_export.links import LinkScope
from kb.import_export.markdown_nodes import (
    SECTION,
    Node,
    anchors,
    heading_text,
    holds_text_only,
    image_address,
    image_alt,
    list_start,
    list_tag,
    marker_of,
    only_images,
    plain_text,
    without_title,
)
from kb.import_export.markdown_text import MarkdownText
from kb.import_export.rich_text import clean, paragraph
from kb.import_export.tables import table_value

CALLOUTS = {
    "NOTE": "note",
    "INFO": "note",
    "AVAILABILITY": "note",
    "MORELIKETHIS": "note",
    "PREREQUISITES": "note",
    "TIP": "tip",
    "SUCCESS": "tip",
    "IMPORTANT": "important",
    "ADMIN": "important",
    "WARNING": "warning",
    "ERROR": "warning",
    "CAUTION": "caution",
}
FRAMES = {"BEGINSHADEBOX", "ENDSHADEBOX", "BEGINTABS", "ENDTABS"}  # their content stays
FOR_THE_APPLICATION = {"CONTEXTUALHELP"}  # texts of the documented product's own interface


class BodyBuilder:
    """Builds one article's body.

    ``key`` is the article's path below its locale's folder; ``scope`` knows the other files.
    Pictures are named by their path in the source (``{"source": path}``) until ``store`` has
    saved them.
    """

    def __init__(self, key: str, scope: LinkScope, parser: MarkdownIt) -> None:
        self.key = key
        self.scope = scope
        self.parser = parser
        self.text = MarkdownText(key, scope)
        self.html = HtmlBlocks(parser, self.text.rich_text)
        self.findings = self.text.findings

    def build(self, text: str) -> list[Block]:
        """The blocks of simplified Markdown; its own title is left out."""
        root = Node(self.parser.parse(text))
        self.text.anchors = set(anchors(root))
        return self._body(without_title(root.children))

    # --- Blocks -----------------------------------------------------------------------------
    def _body(self, nodes: Iterable[Node]) -> list[Block]:
        """Blocks of the body itself: steps and sections beside what details may hold."""
        blocks: list[Block] = []
        for node in nodes:
            if node.type == "ordered_list":
                blocks += self._steps(node)
            elif node.type == SECTION:
                blocks += self._section(node)
            else:
                blocks += self._detail_blocks(node)
        return blocks

    def _details(self, nodes: Iterable[Node]) -> list[Block]:
        """Blocks as they may stand inside steps, sections and callouts."""
        return [block for node in nodes for block in self._detail_blocks(node)]

    def _detail_blocks(self, node: Node) -> list[Block]:
        build: dict[str, Callable[[Node], list[Block]]] = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "blockquote": self._quotation,
            "table": self._table,
            "fence": self._code,
            "code_block": self._code,
            "html_block": lambda node: self.html.blocks(node.content),
            "hr": lambda node: [text_block("<hr/>")],
            SECTION: self._open_section,
        }
        return build[node.type](node)

    def _paragraph(self, node: Node) -> list[Block]:
        inline = node.children[0]
        marker = marker_of(node)
        if marker is not None and marker["url"]:
            return [video_block(marker["url"], marker["words"].strip())]
        images = only_images(inline)
        if images is not None:
            return [block for image in images for block in self._image(image)]
        pictures = [
            block
            for image in inline.walk()
            if image.type == "image" and self.scope.file(image_address(image), self.key)
            for block in self._image(image)
        ]
        return [*text_blocks(paragraph(self.text.inline(inline))), *pictures]

    def _heading(self, node: Node) -> list[Block]:
        text, anchor = heading_text(node)
        if not text:
            return []
        level = min(max(int(node.tag[1]), 2), 4)
        return [heading_block(text, level=level, anchor=anchor)]

    def _image(self, node: Node) -> list[Block]:
        alt = image_alt(node)
        path = self.scope.file(image_address(node), self.key)
        if path:
            picture = {"image": {"source": path}, "decorative": not alt, "alt_text": alt}
            return [{"type": "image", "value": picture}]
        self.findings.missing_images += 1
        return [{"type": "missing_image", "value": {"alt": alt}}] if alt else []

    def _code(self, node: Node) -> list[Block]:
        code = node.content.rstrip("\n")
        if node.type == "code_block" and code.lstrip().lower().startswith("<table"):
            return self.html.blocks(code)  # indented too far, yet no code
        language = node.info.split()[0][:40] if node.info.strip() else ""
        return [{"type": "code", "value": {"language": language, "code": code}}] if code else []

    def _table(self, node: Node) -> list[Block]:
        rows = [
            [cell.children for cell in row.children]
            for part in node.children
            for row in part.children
        ]
        headings = [" ".join(plain_text(cell[0]).split()) if cell else "" for cell in rows[0]]
        cells = [
            [clean(paragraph(self.text.inline(cell[0]))) if cell else "" for cell in row]
            for row in rows[1:]
        ]
        return [{"type": "table", "value": table_value(headings, cells)}]

    # --- Lists ------------------------------------------------------------------------------
    def _steps(self, node: Node) -> list[Block]:
        steps = [
            {"type": "item", "value": details}
            for item in node.children
            if (details := self._details(item.children))
        ]
        return (
            [{"type": "steps", "value": {"start": list_start(node), "steps": steps}}]
            if steps
            else []
        )

    def _list(self, node: Node) -> list[Block]:
        """A list as formatted text, cut where it holds what formatted text cannot."""
        if holds_text_only(node):
            return text_blocks(self.text.list_html(node, node.children, list_start(node)))
        blocks: list[Block] = []
        pending: list[Node] = []
        first = number = list_start(node)
        for item in node.children:
            if holds_text_only(item):
                pending.append(item)
            else:
                blocks += text_blocks(self.text.list_html(node, pending, first))
                blocks += self._cut_item(node, item, number)
                pending, first = [], number + 1
            number += 1
        return blocks + text_blocks(self.text.list_html(node, pending, first))

    def _cut_item(self, node: Node, item: Node, number: int) -> list[Block]:
        """An item that holds a table, code or callout: its first words stay an item."""
        lead = item.children[:1] if item.children and item.children[0].type == "paragraph" else []
        opening = self.text.list_opening(node, number)
        words = "".join(f"<li>{self.text.inline(part.children[0]).strip()}</li>" for part in lead)
        html = f"{opening}{words}</{list_tag(node)}>" if lead else ""
        return text_blocks(html) + self._details(item.children[len(lead) :])

    # --- Callouts, quotations, sections -------------------------------------------------------
    def _quotation(self, node: Node) -> list[Block]:
        """A block quotation; ``[!NOTE]`` and the like make parts of it something else."""
        blocks: list[Block] = []
        for marker, nodes in self._parts(node):
            if marker is None:
                blocks += quoted(self._details(nodes))
            elif marker["name"] in CALLOUTS:
                blocks += callouts(CALLOUTS[marker["name"]], self._details(nodes))
            elif marker["name"] not in FOR_THE_APPLICATION:
                blocks += self._marked(marker, nodes)
        return blocks

    def _marked(self, marker: re.Match[str], nodes: list[Node]) -> list[Block]:
        """Videos, tabs and frames; the words of a marker nobody knows stay readable."""
        words = marker["words"].strip().strip('"')
        details = self._details(nodes)
        if marker["url"]:
            return [video_block(marker["url"], words), *details]
        if marker["name"] in FRAMES and not words:
            return details
        return [heading_block(words, level=3), *details] if words else details

    def _parts(self, quotation: Node) -> Iterator[tuple[re.Match[str] | None, list[Node]]]:
        """The quotation cut at its markers: each with the nodes that follow it."""
        marker: re.Match[str] | None = None
        nodes: list[Node] = []
        for child in quotation.children:
            found = marker_of(child)
            if found is None:
                nodes.append(child)
                continue
            if marker is not None or nodes:
                yield marker, nodes
            marker, nodes = found, []
            if found["rest"].strip():
                nodes = self.parse(found["rest"])
        yield marker, nodes

    def parse(self, text: str) -> list[Node]:
        """The nodes of a piece of Markdown."""
        return list(Node(self.parser.parse(text)).children)

    def _section(self, node: Node) -> list[Block]:
        content = self._details(node.children)
        if not content:
            return self._open_section(node)
        title = self._words(node.info)
        return [{"type": "collapsible", "value": {"title": title, "content": content}}]

    def _open_section(self, node: Node) -> list[Block]:
        """A section where none can stand: its title in bold, then its content."""
        title = escape(self._words(node.info), quote=False)
        return [*text_blocks(f"<p><b>{title}</b></p>"), *self._details(node.children)]

    def _words(self, text: str) -> str:
        inline = Node(self.parser.parseInline(text))
        return " ".join(plain_text(inline).split())
