"""Markdown tokens as the stream data of an article's body (the block types of ``kb.blocks``).

Two places hold blocks: the body itself, and the inside of steps and collapsible sections
(``DetailBlock``), where ordered lists and sections have to become formatted text. Callouts hold
formatted text only, so a table or code in a callout follows it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from django.utils.text import slugify
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin

from kb.import_export.links import LinkScope, address_tag, article_tag, is_external
from kb.import_export.rich_text import (
    KNOWN_TAGS,
    RichText,
    clean,
    code_text,
    described_image,
    paragraph,
    parse_fragment,
    preformatted,
)
from kb.import_export.tables import html_table, table_value

Block = dict[str, Any]
Node = SyntaxTreeNode

MARKER = re.compile(
    r"^\s*\[!(?P<name>[A-Z]+)(?P<words>[^\]]*)\](?:\((?P<url>[^)\s]+)[^)]*\))?(?P<rest>.*)",
    re.DOTALL,
)
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
ANCHOR = re.compile(r"\s*\{#(?P<anchor>[^\s{}]+)\}\s*$")
HTML_TAG = re.compile(r"^</?(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])")
CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
EMPHASIS = {"strong": "b", "em": "i", "s": "s"}
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


@dataclass
class Findings:
    """What a body held that its readers will miss."""

    missing_images: int = 0
    unresolved_links: list[str] = field(default_factory=list)


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
        self.findings = Findings()
        self.anchors: set[str] = set()
        self.rich_text = RichText(self.link_tag, self._met_image)

    def build(self, text: str) -> list[Block]:
        """The blocks of simplified Markdown; its own title is left out."""
        root = Node(self.parser.parse(text))
        self.anchors = set(_anchors(root))
        return self._body(_without_title(root.children))

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
            "html_block": lambda node: self._html(node.content),
            "hr": lambda node: [_text_block("<hr/>")],
            SECTION: self._open_section,
        }
        return build[node.type](node)

    def _paragraph(self, node: Node) -> list[Block]:
        inline = node.children[0]
        marker = _marker(node)
        if marker is not None and marker["url"]:
            return [_video_block(marker["url"], marker["words"].strip())]
        images = _only_images(inline)
        if images is not None:
            return [block for image in images for block in self._image(image)]
        pictures = [
            block
            for image in inline.walk()
            if image.type == "image" and self.scope.file(_address(image), self.key)
            for block in self._image(image)
        ]
        return [*_text_blocks(paragraph(self.inline(inline))), *pictures]

    def _heading(self, node: Node) -> list[Block]:
        text, anchor = heading_text(node)
        if not text:
            return []
        level = min(max(int(node.tag[1]), 2), 4)
        return [_heading_block(text, level=level, anchor=anchor)]

    def _image(self, node: Node) -> list[Block]:
        alt = _alt(node)
        path = self.scope.file(_address(node), self.key)
        if path:
            picture = {"image": {"source": path}, "decorative": not alt, "alt_text": alt}
            return [{"type": "image", "value": picture}]
        self.findings.missing_images += 1
        return [{"type": "missing_image", "value": {"alt": alt}}] if alt else []

    def _code(self, node: Node) -> list[Block]:
        code = node.content.rstrip("\n")
        if node.type == "code_block" and code.lstrip().lower().startswith("<table"):
            return self._html(code)  # indented too far, yet no code
        language = node.info.split()[0][:40] if node.info.strip() else ""
        return [{"type": "code", "value": {"language": language, "code": code}}] if code else []

    def _table(self, node: Node) -> list[Block]:
        rows = [
            [cell.children for cell in row.children]
            for part in node.children
            for row in part.children
        ]
        headings = [" ".join(_plain(cell[0]).split()) if cell else "" for cell in rows[0]]
        cells = [
            [clean(paragraph(self.inline(cell[0]))) if cell else "" for cell in row]
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
            [{"type": "steps", "value": {"start": _start(node), "steps": steps}}] if steps else []
        )

    def _list(self, node: Node) -> list[Block]:
        """A list as formatted text, cut where it holds what formatted text cannot."""
        if _is_text(node):
            return _text_blocks(self._list_html(node, node.children, _start(node)))
        blocks: list[Block] = []
        pending: list[Node] = []
        first = number = _start(node)
        for item in node.children:
            if _is_text(item):
                pending.append(item)
            else:
                blocks += _text_blocks(self._list_html(node, pending, first))
                blocks += self._cut_item(node, item, number)
                pending, first = [], number + 1
            number += 1
        return blocks + _text_blocks(self._list_html(node, pending, first))

    def _cut_item(self, node: Node, item: Node, number: int) -> list[Block]:
        """An item that holds a table, code or callout: its first words stay an item."""
        lead = item.children[:1] if item.children and item.children[0].type == "paragraph" else []
        opening = self._list_tag(node, number)
        words = "".join(f"<li>{self.inline(part.children[0]).strip()}</li>" for part in lead)
        html = f"{opening}{words}</{_tag(node)}>" if lead else ""
        return _text_blocks(html) + self._details(item.children[len(lead) :])

    def _list_html(self, node: Node, items: list[Node], start: int) -> str:
        listed = "".join(f"<li>{html}</li>" for item in items if (html := self._item_html(item)))
        return f"{self._list_tag(node, start)}{listed}</{_tag(node)}>" if listed else ""

    def _list_tag(self, node: Node, start: int) -> str:
        ordered = node.type == "ordered_list"
        return f'<ol start="{start}">' if ordered and start != 1 else f"<{_tag(node)}>"

    def _item_html(self, item: Node) -> str:
        """An item's paragraphs parted by line breaks, and the lists inside it."""
        html = ""
        for child in item.children:
            if child.type in LISTS:
                html += self._list_html(child, child.children, _start(child))
            else:
                line = self.inline(child.children[0]).strip()
                separator = (
                    "<br/>" if html and line and not html.endswith(("</ul>", "</ol>")) else ""
                )
                html += separator + line
        return html

    # --- Callouts, quotations, sections -------------------------------------------------------
    def _quotation(self, node: Node) -> list[Block]:
        """A block quotation; ``[!NOTE]`` and the like make parts of it something else."""
        blocks: list[Block] = []
        for marker, nodes in self._parts(node):
            if marker is None:
                blocks += _quoted(self._details(nodes))
            elif marker["name"] in CALLOUTS:
                blocks += _callouts(CALLOUTS[marker["name"]], self._details(nodes))
            elif marker["name"] not in FOR_THE_APPLICATION:
                blocks += self._marked(marker, nodes)
        return blocks

    def _marked(self, marker: re.Match[str], nodes: list[Node]) -> list[Block]:
        """Videos, tabs and frames; the words of a marker nobody knows stay readable."""
        words = marker["words"].strip().strip('"')
        details = self._details(nodes)
        if marker["url"]:
            return [_video_block(marker["url"], words), *details]
        if marker["name"] in FRAMES and not words:
            return details
        return [_heading_block(words, level=3), *details] if words else details

    def _parts(self, quotation: Node) -> Iterator[tuple[re.Match[str] | None, list[Node]]]:
        """The quotation cut at its markers: each with the nodes that follow it."""
        marker: re.Match[str] | None = None
        nodes: list[Node] = []
        for child in quotation.children:
            found = _marker(child)
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
        return [*_text_blocks(f"<p><b>{title}</b></p>"), *self._details(node.children)]

    def _words(self, text: str) -> str:
        inline = Node(self.parser.parseInline(text))
        return " ".join(_plain(inline).split())

    # --- HTML -------------------------------------------------------------------------------
    def _html(self, html: str) -> list[Block]:
        """Blocks of raw HTML: tables, code, headings and pictures of their own, text between."""
        root = parse_fragment(_readable_tags(html))
        return [] if root is None else self._elements(root)

    def _elements(self, root: lxml_html.HtmlElement) -> list[Block]:
        blocks: list[Block] = []
        text = _holder(root.text)
        for child in root:
            built = self._element(child)
            if built is None:
                text.append(child)  # takes its tail along
                continue
            blocks += [*_text_blocks(self.rich_text.blocks(text)), *built]
            text = _holder(child.tail)
        return blocks + _text_blocks(self.rich_text.blocks(text))

    def _element(self, element: lxml_html.HtmlElement) -> list[Block] | None:
        """The blocks of an element that is more than text; None for text."""
        if element.tag == "table":
            self._render_markdown_in_cells(element)
            value = html_table(element, self.rich_text)
            return [{"type": "table", "value": value}] if value else []
        if element.tag == "pre":
            code = code_text(element)
            return [{"type": "code", "value": {"language": "", "code": code}}] if code else []
        if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            words = " ".join(element.text_content().split())
            level = min(max(int(element.tag[1]), 2), 4)
            anchor = element.get("id", "")
            return [_heading_block(words, level=level, anchor=anchor)] if words else []
        if element.tag in {"div", "p", "center"} and element.xpath(".//table | .//pre"):
            return self._elements(element)
        return None

    def _render_markdown_in_cells(self, table: lxml_html.HtmlElement) -> None:
        """Markdown marks that stand between the tags of a cell."""
        for element in table.iter("td", "th", "p", "li"):
            if element.text and re.search(r"\*\*|\]\(|`", element.text) and not len(element):
                rendered = parse_fragment(self.parser.renderInline(element.text))
                if rendered is not None:
                    element.text = rendered.text
                    element.extend(list(rendered))

    # --- Words ------------------------------------------------------------------------------
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
            return _line_end(node)
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
        if self.scope.file(_address(node), self.key):
            return ""  # follows the paragraph as a block of its own
        self.findings.missing_images += 1
        return described_image(_alt(node))

    def _raw_tag(self, tag: str) -> str:
        """A raw tag, marked so that ``inline`` parses it; escaped if HTML knows no such tag."""
        return "\ue000" + tag if _is_html(tag) else escape(tag, quote=False)

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


# --- Nodes ------------------------------------------------------------------------------------
def heading_text(node: Node) -> tuple[str, str]:
    """The words of a heading and its anchor, given as ``{#anchor}`` (else empty)."""
    words = " ".join(_plain(node.children[0]).split()) if node.children else ""
    match = ANCHOR.search(words)
    if match is None:
        return words, ""
    return words[: match.start()].strip(), match["anchor"]


def _anchors(node: Node) -> Iterator[str]:
    """Every address inside the page: the ids its headings will have."""
    for child in node.children:
        if child.type == "heading":
            text, anchor = heading_text(child)
            yield anchor or slugify(text, allow_unicode=True)
        elif child.type != "paragraph":
            yield from _anchors(child)


def _without_title(nodes: list[Node]) -> list[Node]:
    """``nodes`` without the page's own heading: the first one, if it is of level 1."""
    title = next((node for node in nodes if node.type == "heading"), None)
    return [node for node in nodes if node is not title or node.tag != "h1"]


def _only_images(inline: Node) -> list[Node] | None:
    """The images of a paragraph that holds nothing else; None for any other."""
    images = []
    for child in inline.children:
        if child.type == "image":
            images.append(child)
        elif child.type not in {"softbreak", "hardbreak", "text"} or child.content.strip():
            return None
    return images or None


def _is_text(node: Node) -> bool:
    """Whether a list or an item holds paragraphs and lists only."""
    return all(
        (child.type in {"paragraph", "list_item", *LISTS})
        and (child.type == "paragraph" or _is_text(child))
        for child in node.children
    )


def _marker(node: Node) -> re.Match[str] | None:
    """The ``[!NAME …]`` a paragraph of a quotation begins with."""
    if node.type != "paragraph" or not node.children:
        return None
    return MARKER.match(node.children[0].content)


def _plain(node: Node) -> str:
    """The text of inline nodes without any mark-up."""
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return _line_end(node) if node.type == "softbreak" else " "
    return "".join(_plain(child) for child in node.children)


def _line_end(node: Node) -> str:
    """What a line break inside a sentence reads as: nothing between Japanese characters."""
    before, after = node.previous_sibling, node.next_sibling
    if before is None or after is None or not before.type == after.type == "text":
        return " "
    both_cjk = CJK.match(before.content[-1:]) and CJK.match(after.content[:1])
    return "" if both_cjk else " "


def _address(image: Node) -> str:
    return str(image.attrs.get("src", ""))


def _alt(image: Node) -> str:
    """The description of a picture on one line, without characters of no width."""
    return " ".join(_plain(image).replace("\u200b", "").split())


def _start(node: Node) -> int:
    return int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 1


def _tag(node: Node) -> str:
    return "ol" if node.type == "ordered_list" else "ul"


# --- HTML ---------------------------------------------------------------------------------------
def _is_html(tag: str) -> bool:
    match = HTML_TAG.match(tag)
    return match is not None and match["name"].lower() in KNOWN_TAGS


def _readable_tags(html: str) -> str:
    """``html`` with placeholders such as ``<your-domain>`` escaped."""
    return re.sub(
        r"<(?=/?[a-zA-Z])([^<>]*)>?",
        lambda match: match[0] if _is_html(match[0]) else escape(match[0], quote=False),
        html,
    )


def _holder(text: str | None) -> lxml_html.HtmlElement:
    holder = lxml_html.Element("div")
    holder.text = text
    return holder


# --- Blocks ---------------------------------------------------------------------------------------
def _text_block(html: str) -> Block:
    return {"type": "paragraph", "value": html}


def _text_blocks(html: str) -> list[Block]:
    """One block of formatted text; none when nothing readable is left."""
    cleaned = clean(html) if html else ""
    return [_text_block(cleaned)] if re.sub(r"<[^>]*>", "", cleaned).strip() else []


def _heading_block(text: str, *, level: int, anchor: str = "") -> Block:
    return {"type": "heading", "value": {"text": text, "level": f"h{level}", "anchor": anchor}}


def _video_block(url: str, title: str) -> Block:
    return {"type": "video", "value": {"url": url, "title": title}}


def _quoted(blocks: list[Block]) -> list[Block]:
    """Paragraphs as quotations, which hold no paragraphs in Wagtail; the rest as it is."""
    return [
        {**block, "value": re.sub(r"<(/?)p>", r"<\1blockquote>", block["value"])}
        if block["type"] == "paragraph"
        else block
        for block in blocks
    ]


def _callouts(kind: str, blocks: list[Block]) -> list[Block]:
    """One callout of the texts among ``blocks``; what no callout can hold stands between."""
    result: list[Block] = []
    texts: list[str] = []

    def close() -> None:
        if texts:
            result.append({"type": "callout", "value": {"kind": kind, "text": "".join(texts)}})
            texts.clear()

    for block in blocks:
        text = _as_text(block)
        if text is None:
            close()
            result.append(block)
        else:
            texts.append(text)
    close()
    return result


def _as_text(block: Block) -> str | None:
    """A block as formatted text, where that loses nothing."""
    value = block["value"]
    if block["type"] == "paragraph":
        return str(value)
    if block["type"] == "callout":
        return str(value["text"])
    if block["type"] == "heading":
        return f"<p><b>{escape(value['text'], quote=False)}</b></p>"
    if block["type"] == "missing_image":
        return paragraph(described_image(value["alt"]))
    return preformatted(value["code"]) if block["type"] == "code" else None
