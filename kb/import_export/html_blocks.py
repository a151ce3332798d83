"""Raw HTML in Markdown as blocks of an article's body."""

import re
from html import escape

from lxml import html as lxml_html
from markdown_it import MarkdownIt

from kb.import_export.blocks import Block, heading_block, text_blocks
from kb.import_export.rich_text import RichText, code_text, is_html, parse_fragment
from kb.import_export.tables import html_table


class HtmlBlocks:
    """Makes blocks of HTML; ``parser`` knows the Markdown that stands between its tags."""

    def __init__(self, parser: MarkdownIt, rich_text: RichText) -> None:
        self.parser = parser
        self.rich_text = rich_text

    def blocks(self, html: str) -> list[Block]:
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
            blocks += [*text_blocks(self.rich_text.blocks(text)), *built]
            text = _holder(child.tail)
        return blocks + text_blocks(self.rich_text.blocks(text))

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
            return [heading_block(words, level=level, anchor=anchor)] if words else []
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


def _readable_tags(html: str) -> str:
    """``html`` with placeholders such as ``<your-domain>`` escaped."""
    return re.sub(
        r"<(?=/?[a-zA-Z])([^<>]*)>?",
        lambda match: match[0] if is_html(match[0]) else escape(match[0], quote=False),
        html,
    )


def _holder(text: str | None) -> lxml_html.HtmlElement:
    holder = lxml_html.Element("div")
    holder.text = text
    return holder
