from kb.import_export.rich_text import RichText, parse_fragment
from kb.import_export.tables import html_table


def table(html: str) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of an HTML table."""
    rich_text = RichText(lambda address: f'<a href="{address}">', lambda address, alt: None)
    value = html_table(parse_fragment(html)[0], rich_text)
    return [c["heading"] for c in value["columns"]], [row["values"] for row in value["rows"]]


def test_a_head_gives_the_headings():
    html = "<table><thead><tr><td>Code</td></tr></thead><tbody><tr><td>E1</td></tr></table>"
    assert table(html) == (["Code"], [["<p>E1</p>"]])


def test_a_first_row_of_heading_cells_gives_the_headings():
    html = "<table><tr><th>Code</th></tr><tr><td>E1</td></tr></table>"
    assert table(html) == (["Code"], [["<p>E1</p>"]])


def test_a_first_row_in_bold_gives_the_headings():
    html = "<table><tr><td><b>Code</b></td></tr><tr><td>E1</td></tr></table>"
    assert table(html) == (["Code"], [["<p>E1</p>"]])


def test_without_headings_they_are_empty():
    assert table("<table><tr><td>E1</td></tr></table>") == ([""], [["<p>E1</p>"]])


def test_row_headings_are_bold():
    html = "<table><tr><th>E1</th><td>Wait</td></tr></table>"
    assert table(html)[1] == [["<p><b>E1</b></p>", "<p>Wait</p>"]]


def test_a_cell_over_rows_is_repeated():
    html = """<table><tr><td rowspan="2">Wi-Fi</td><td>E1</td></tr><tr><td>E2</td></tr></table>"""
    assert table(html)[1] == [["<p>Wi-Fi</p>", "<p>E1</p>"], ["<p>Wi-Fi</p>", "<p>E2</p>"]]


def test_a_cell_over_columns_stands_in_the_first():
    html = """<table><tr><td colspan="2">All</td></tr><tr><td>a</td><td>b</td></tr></table>"""
    assert table(html)[1] == [["<p>All</p>", ""], ["<p>a</p>", "<p>b</p>"]]


def test_an_absurd_span_is_limited():
    assert len(table('<table><tr><td colspan="99999">a</td></tr></table>')[0]) == 100


def test_rows_are_filled_up_to_the_longest():
    html = "<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>"
    assert table(html)[1] == [["<p>a</p>", ""], ["<p>b</p>", "<p>c</p>"]]


def test_cells_outside_rows_make_a_row():
    html = "<table><tbody><tr><td>a</td></tr><td>b</td></tbody></table>"
    assert table(html)[1] == [["<p>a</p>"], ["<p>b</p>"]]


def test_a_table_in_a_cell_becomes_lines():
    html = (
        "<table><tr><td>Units<table><tr><td>Minutes</td><td>M</td></tr></table></td></tr></table>"
    )
    assert table(html)[1] == [["<p>Units</p><p>Minutes – M</p>"]]


def test_nothing_to_read_is_no_table():
    rich_text = RichText(lambda address: None, lambda address, alt: None)
    assert html_table(parse_fragment("<table><tr><td> </td></tr></table>")[0], rich_text) is None
