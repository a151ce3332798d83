"""HTML tables as values of the ``table`` block, which has neither spans nor row headings."""

import re
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import html as lxml_html

from kb.import_export.rich_text import RichText, clean

MAX_SPAN = 100
NOT_CONTENT = {"col", "colgroup", "caption", "script", "style"}
ALL_BOLD = re.compile(r"<p><b>[^<]+</b></p>")
TableValue = dict[str, object]


@dataclass
class Cell:
    """One cell as written, before its spans are laid out."""

    text: str
    content: str
    columns: int = 1
    rows: int = 1


@dataclass
class Grid:
    """Rows of equal length. A cell over several rows is repeated in each of them, so that every
    row can be read alone; over several columns it stands in the first."""

    rows: list[list[Cell]] = field(default_factory=list)
    _hanging: dict[int, tuple[int, Cell]] = field(default_factory=dict)

    def add(self, cells: list[Cell]) -> None:
        """Lay out one more row."""
        row: list[Cell] = []
        waiting = list(cells)
        while waiting or any(column >= len(row) for column in self._hanging):
            column = len(row)
            if column in self._hanging:
                left, cell = self._hanging.pop(column)
                if left > 1:
                    self._hanging[column] = (left - 1, cell)
                row.append(cell)
            elif waiting:
                self._place(waiting.pop(0), row)
            else:
                row.append(Cell("", ""))
        self.rows.append(row)

    def _place(self, cell: Cell, row: list[Cell]) -> None:
        for offset in range(cell.columns):
            placed = cell if offset == 0 else Cell("", "")
            if cell.rows > 1:
                self._hanging[len(row)] = (cell.rows - 1, placed)
            row.append(placed)

    def squared(self) -> list[list[Cell]]:
        """The rows, filled up with empty cells to the length of the longest."""
        width = max((len(row) for row in self.rows), default=0)
        return [row + [Cell("", "")] * (width - len(row)) for row in self.rows]


def table_value(headings: list[str], rows: list[list[str]], caption: str = "") -> TableValue:
    """The stored form of a table block; ``rows`` hold cleaned rich text."""
    return {
        "columns": [{"type": "text", "heading": heading} for heading in headings],
        "rows": [{"values": row} for row in rows],
        "caption": caption,
    }


def html_table(element: lxml_html.HtmlElement, rich_text: RichText) -> TableValue | None:
    """The value of a ``<table>``; None when it holds nothing to read.

    The first row gives the headings if it stands in ``<thead>``, has ``<th>`` only, or is all in
    bold above other rows. Tables inside a cell become lines of that cell.
    """
    grid = Grid()
    headed = False
    for index, cells in enumerate(_rows(element)):
        if index == 0:
            in_head = any(ancestor.tag == "thead" for ancestor in cells[0].iterancestors())
            headed = in_head or all(cell.tag == "th" for cell in cells)
        grid.add([_cell(cell, rich_text, heading=headed and index == 0) for cell in cells])
    rows = [row for row in grid.squared() if any(cell.content for cell in row)]
    if not rows:
        return None
    headed = headed and rows[0][0] is grid.rows[0][0]
    headed = headed or (len(rows) > 1 and all(ALL_BOLD.fullmatch(c.content) for c in rows[0]))
    headings = [cell.text for cell in rows[0]] if headed else [""] * len(rows[0])
    body = [[cell.content for cell in row] for row in rows[1 if headed else 0 :]]
    captions = element.xpath("./caption")
    caption = " ".join(captions[0].text_content().split()) if captions else ""
    return table_value(headings, body, caption[:255])


def _rows(element: lxml_html.HtmlElement) -> list[list[lxml_html.HtmlElement]]:
    """The cells of the table's own rows, row by row; rows without cells are left out.

    Real tables are broken: cells stand outside rows and words outside cells. Cells in sequence
    then make a row, and so do the words, in a cell of their own.
    """
    rows: list[list[lxml_html.HtmlElement]] = []
    stray: list[lxml_html.HtmlElement] = []

    def close() -> None:
        if stray:
            rows.append(stray.copy())
            stray.clear()

    for child in element:
        if child.tag in {"td", "th"}:
            stray.append(child)
        else:
            close()
            if child.tag in {"tr", "thead", "tbody", "tfoot"}:
                rows += _rows(child)
            elif isinstance(child.tag, str) and child.tag not in NOT_CONTENT:
                rows.append([_as_cell(child)])
        if (child.tail or "").strip():
            close()
            rows.append([_as_cell(child.tail)])
    close()
    return rows


def _as_cell(content: lxml_html.HtmlElement | str) -> lxml_html.HtmlElement:
    cell = lxml_html.Element("td")
    if isinstance(content, str):
        cell.text = content
    else:
        cell.append(deepcopy(content))
        cell[0].tail = None
    return cell


def _cell(element: lxml_html.HtmlElement, rich_text: RichText, *, heading: bool) -> Cell:
    content = clean(rich_text.blocks(element))
    if element.tag == "th" and not heading and "<b>" not in content:
        content = content.replace("<p>", "<p><b>").replace("</p>", "</b></p>")
    return Cell(
        text=" ".join(element.text_content().split()),
        content=content,
        columns=_span(element, "colspan"),
        rows=_span(element, "rowspan"),
    )


def _span(element: lxml_html.HtmlElement, name: str) -> int:
    number = element.get(name, "").strip()
    return min(max(int(number), 1), MAX_SPAN) if number.isdecimal() else 1
