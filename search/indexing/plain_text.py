"""The text of an article's body, taken from the stored blocks without rendering a template."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from lxml import etree, html

Block = Mapping[str, Any]  # {"type": name, "value": …} as a StreamField stores it

_BLOCK_ELEMENTS = frozenset(
    "address article blockquote br dd div dl dt figure h1 h2 h3 h4 h5 h6 hr li ol p pre section "
    "table td th tr ul".split()
)
_PICTURES = frozenset(("embed", "img"))
# What a line that only points elsewhere has outside its links: nothing, or "You chose a refund:".
_POINTER = re.compile(r"(?:[^.!?。！？]*[:：])?[\W_]*")
# What XML 1.0 forbids and no reader sees; lxml refuses some of it.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class BodyText:
    """``text`` has one paragraph, list item, cell or line of code a line; headings are in it."""

    text: str
    headings: tuple[str, ...]


def body_text(blocks: Iterable[Block]) -> BodyText:
    """All that a reader sees of the blocks, in reading order.

    Internal notes are left out, and so are lines that only point to another page and the titles of
    linked articles, which may be closed to the reader.
    """
    lines: list[str] = []
    headings: list[str] = []
    above: tuple[int, int] | None = None  # lines and headings above a heading that only points
    for block, is_step in _unfolded(blocks):
        extract = _EXTRACTORS.get(block["type"])
        if is_step and extract is prose_lines:  # to follow a link may be the step
            extract = rich_text_lines
        if extract is None or not block["value"]:
            continue
        found = [line for line in map(_one_line, extract(block["value"])) if line]
        is_heading = block["type"] == "heading"
        if is_heading:
            _drop_below(above, lines, headings)
            above = None
        elif found:
            above = None
        elif extract is prose_lines and lines and headings and lines[-1] == headings[-1]:
            above = len(lines) - 1, len(headings) - 1
        lines.extend(found)
        if is_heading or block["type"] == "collapsible":
            headings.extend(found)
    _drop_below(above, lines, headings)
    return BodyText("\n".join(lines), tuple(headings))


def _drop_below(above: tuple[int, int] | None, lines: list[str], headings: list[str]) -> None:
    """Leave out a heading that has nothing below it but lines that point elsewhere."""
    if above is not None:
        del lines[above[0] :], headings[above[1] :]


def _unfolded(blocks: Iterable[Block], *, is_step: bool = False) -> Iterator[tuple[Block, bool]]:
    """The blocks, those inside steps and collapsible sections right behind their holder, and
    whether each is part of a step."""
    for block in blocks:
        yield block, is_step
        if block["type"] == "collapsible":
            yield from _unfolded(block["value"].get("content") or (), is_step=is_step)
        elif block["type"] == "steps":
            for step in block["value"].get("steps") or ():
                yield from _unfolded(step["value"] or (), is_step=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def rich_text_lines(source: str) -> Iterator[str]:
    """The lines of stored rich text: a paragraph, list item or cell each, pictures by their alt."""
    return (line for line, _ in _lines(source))


def prose_lines(source: str) -> Iterator[str]:
    """Those of the lines that say something themselves, not only point to another page."""
    return (line for line, is_pointer in _lines(source) if not is_pointer)


def _lines(source: str) -> Iterator[tuple[str, bool]]:
    """The lines, and whether each does nothing but point to another page."""
    source = _FORBIDDEN.sub("", source)
    if "<" not in source:
        yield unescape(source), False
        return
    whole = outside = ""
    for piece, is_link in _pieces(html.fragment_fromstring(source, create_parent="div")):
        if piece != "\n":
            whole += piece
            outside += "" if is_link else piece
            continue
        is_pointer = outside != whole and bool(_POINTER.fullmatch(outside))
        yield from ((line, is_pointer) for line in whole.splitlines())
        whole = outside = ""


def _pieces(element: etree._Element, in_link: bool = False) -> Iterator[tuple[str, bool]]:
    """The texts in an element, and whether each is of a link to another page; a line break where
    a block begins or ends."""
    if not isinstance(element.tag, str):  # a comment or processing instruction
        return
    in_link = in_link or element.get("linktype") == "page"
    if element.tag in _BLOCK_ELEMENTS:
        yield "\n", False
    if element.tag in _PICTURES:
        yield f" {element.get('alt', '')} ", in_link
    yield element.text or "", in_link
    for child in element:
        yield from _pieces(child, in_link)
        yield child.tail or "", in_link
    if element.tag in _BLOCK_ELEMENTS:
        yield "\n", False


def _field(name: str) -> Callable[[Block], Iterator[str]]:
    def extract(value: Block) -> Iterator[str]:
        yield value.get(name) or ""

    return extract


def _image(value: Any) -> Iterator[str]:
    # Stored as a bare image number before Wagtail knew alternative texts.
    if isinstance(value, Mapping) and not value.get("decorative"):
        yield value.get("alt_text") or ""


def _callout(value: Block) -> Iterator[str]:
    return rich_text_lines(value.get("text") or "")


def _code(value: Block) -> Iterator[str]:
    yield from (value.get("code") or "").splitlines()


def _table(value: Block) -> Iterator[str]:
    yield value.get("caption") or ""
    for column in value.get("columns") or ():
        yield column.get("heading") or ""
    for row in value.get("rows") or ():
        for cell in row["values"]:
            yield from rich_text_lines(cell or "")


_EXTRACTORS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "paragraph": prose_lines,
    "heading": _field("text"),
    "callout": _callout,
    "image": _image,
    "missing_image": _field("alt"),
    "table": _table,
    "code": _code,
    "video": _field("title"),
    "collapsible": _field("title"),
}
