"""HTML in, Wagtail's stored rich text out.

Wagtail keeps formatted text as HTML of few tags: paragraphs, lists whose items hold no
paragraphs, and links to pages as ``<a linktype="page" id="7">``. While pages have no ids yet, a
link to an article is written ``<a linktype="article" id="path/of/the/file.md">``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import nh3
from lxml import html as lxml_html
from lxml.etree import ParserError

INLINE = {
    "b": "b",
    "strong": "b",
    "em": "i",
    "i": "i",
    "cite": "i",
    "dfn": "i",
    "var": "i",
    "code": "code",
    "kbd": "code",
    "samp": "code",
    "tt": "code",
    "s": "s",
    "strike": "s",
    "del": "s",
    "sup": "sup",
    "sub": "sub",
}
LISTS = {"ul", "ol"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
WITHOUT_TEXT = {"script", "style", "col", "colgroup", "head", "title"}
# Anything else in angle brackets is what an author wants the reader to fill in: <your-domain>.
KNOWN_TAGS = frozenset(
    """a abbr acronym address article aside audio b bdi bdo big blockquote body br button caption
    center cite code col colgroup dd del details dfn dialog div dl dt em fieldset figcaption figure
    font footer form h1 h2 h3 h4 h5 h6 header hr html i iframe img input ins kbd label legend li
    main map mark nav nobr ol option p picture pre q s samp script section select small source span
    strike strong style sub summary sup table tbody td textarea tfoot th thead time tr tt u ul var
    video wbr""".split()
)
HTML_TAG = re.compile(r"^</?(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])")

_CLEANER = nh3.Cleaner(
    tags={"p", "br", "hr", "a", "ul", "ol", "li", "blockquote", *INLINE.values()},
    attributes={"a": {"href", "linktype", "id"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)

# Characters that XML, and with it lxml, does not know; as such and by number.
UNPRINTABLE = re.compile(
    r"""[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]
    |&\#0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9]);?
    |&\#x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]);?""",
    re.VERBOSE | re.IGNORECASE,
)

LinkTag = Callable[[str], str | None]


def clean(html: str) -> str:
    """Only the tags and attributes that articles may hold; the last step for every fragment."""
    return _CLEANER.clean(html).strip()


def paragraph(inline_html: str) -> str:
    """``<p>…</p>``, or nothing where there is no text."""
    text = inline_html.strip()
    return f"<p>{text}</p>" if text else ""


def is_html(tag: str) -> bool:
    """Whether HTML knows a tag written as ``<tag …>``, or as its end."""
    match = HTML_TAG.match(tag)
    return match is not None and match["name"].lower() in KNOWN_TAGS


def described_image(alt: str) -> str:
    """What stands inside a sentence for a picture the import has not."""
    alt = alt.strip()
    return f"<i>[{escape(alt, quote=False)}]</i>" if alt else ""


def parse_fragment(html: str) -> lxml_html.HtmlElement | None:
    """The elements of ``html`` below one ``<div>``, however broken; None when there are none."""
    try:
        return lxml_html.fragment_fromstring(UNPRINTABLE.sub("", html), create_parent="div")
    except ParserError:
        return None


@dataclass
class RichText:
    """Turns parsed HTML into rich text.

    ``link_tag`` answers the opening tag for an address, or None for a link that leads nowhere;
    ``image`` is told of every picture met (its address and description).
    """

    link_tag: LinkTag
    image: Callable[[str, str], None]

    def from_html(self, html: str) -> str:
        """Rich text of an HTML fragment, uncleaned."""
        element = parse_fragment(html)
        return "" if element is None else self.blocks(element)

    def blocks(self, element: lxml_html.HtmlElement) -> str:
        """The content of ``element`` as paragraphs, lists and quotations."""
        finished: list[str] = []
        sentence: list[str] = [_text(element.text)]
        for child in element:
            block = self._block(child)
            if block is None:
                sentence.append(self.inline_element(child))
            else:
                finished += [paragraph("".join(sentence)), block]
                sentence = []
            sentence.append(_text(child.tail))
        finished.append(paragraph("".join(sentence)))
        return "".join(finished)

    def _block(self, element: lxml_html.HtmlElement) -> str | None:
        """``element`` as blocks; None if it belongs to a sentence."""
        tag = element.tag
        if tag in LISTS:
            return self.list(element)
        if tag in HEADINGS or tag in {"dt", "summary", "caption"}:
            text = self.inline(element).strip()
            return f"<p><b>{text}</b></p>" if text else ""
        if tag == "blockquote":
            return f"<blockquote>{self.inline(element)}</blockquote>"
        if tag == "pre":
            return preformatted(code_text(element))
        if tag == "hr":
            return "<hr/>"
        if tag == "tr":
            return paragraph(" – ".join(filter(None, map(self.line, element))))
        if tag in KNOWN_TAGS and _holds_blocks(element):
            return self.blocks(element)
        return paragraph(self.inline(element)) if tag in {"p", "div", "dd", "li"} else None

    def list(self, element: lxml_html.HtmlElement) -> str:
        """A list; what stands in it outside an item counts as an item."""
        items: list[str] = []
        for child in element:
            if child.tag in LISTS and items:
                items[-1] += self.list(child)  # a list wrongly placed beside its item
            elif isinstance(child.tag, str):
                items.append(self._item(child))
            if (child.tail or "").strip():
                items.append(_text(child.tail))
        start = element.get("start", "")
        opening = f'<ol start="{start}">' if start.isdigit() else f"<{element.tag}>"
        listed = "".join(f"<li>{item}</li>" for item in items if item.strip())
        return f"{opening}{listed}</{element.tag}>" if listed else ""

    def _item(self, element: lxml_html.HtmlElement) -> str:
        """One item: its paragraphs parted by line breaks, its lists at the end of each."""
        if element.tag != "li":
            return self.inline(element)
        return self.lines(element)

    def lines(self, element: lxml_html.HtmlElement) -> str:
        """The content of ``element`` without paragraphs: line breaks part what was apart."""
        result = _text(element.text).lstrip()
        for child in element:
            if child.tag in LISTS:
                result = result.rstrip() + self.list(child)
            elif child.tag in {"p", "div", "pre", "blockquote", "table", "tbody", "tr", *HEADINGS}:
                line = self.lines(child).strip()
                result = _joined(result, line)
            else:
                result += self.inline_element(child)
            result += _text(child.tail)
        return result.strip()

    def line(self, element: lxml_html.HtmlElement) -> str:
        """The content of ``element`` on one line."""
        return self.inline(element).strip()

    def inline(self, element: lxml_html.HtmlElement) -> str:
        """The content of ``element`` as part of a sentence."""
        parts = [_text(element.text)]
        for child in element:
            parts += [self.inline_element(child), _text(child.tail)]
        return "".join(parts)

    def inline_element(self, element: lxml_html.HtmlElement) -> str:
        """``element`` itself as part of a sentence; unknown tags stay readable."""
        tag = element.tag
        if not isinstance(tag, str) or tag in WITHOUT_TEXT:
            return ""
        if tag == "br":
            return "<br/>"
        if tag == "img":
            alt = element.get("alt", "")
            self.image(element.get("src", ""), alt)
            return described_image(alt)
        content = self.inline(element)
        if tag == "a":
            opening = self.link_tag(element.get("href", "")) if content.strip() else None
            return f"{opening}{content}</a>" if opening else content
        if tag in INLINE:
            return f"<{INLINE[tag]}>{content}</{INLINE[tag]}>" if content.strip() else content
        return content


def code_text(element: lxml_html.HtmlElement) -> str:
    """The text of ``<pre>``, its line breaks as such."""
    for line_break in element.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return str(element.text_content()).strip("\n")


def preformatted(code: str) -> str:
    """Code inside formatted text: line breaks kept."""
    lines = (f"<code>{escape(line, quote=False)}</code>" for line in code.strip("\n").split("\n"))
    return paragraph("<br/>".join(lines)) if code.strip() else ""


def _joined(before: str, line: str) -> str:
    if not before.strip() or not line:
        return before + line
    separator = "" if before.endswith(("</ul>", "</ol>", "<br/>")) else "<br/>"
    return before.rstrip() + separator + line


def _holds_blocks(element: lxml_html.HtmlElement) -> bool:
    blocks = {"p", "div", "pre", "blockquote", "table", "tr", "dl", "dt", "hr", *LISTS, *HEADINGS}
    return any(child.tag in blocks for child in element.iterdescendants())


def _text(text: str | None) -> str:
    """Escaped text with its white space as one blank, as a browser shows it."""
    if not text:
        return ""
    escaped = escape(text, quote=False)
    words = escaped.split()
    if not words:
        return " "
    before = " " if escaped[0].isspace() else ""
    after = " " if escaped[-1].isspace() else ""
    return before + " ".join(words) + after
