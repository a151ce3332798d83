"""Spreadsheet cells that hold what people typed."""

# What starts a formula in a spreadsheet (OWASP, "CSV Injection"); the full-width signs do so where
# the spreadsheet runs in Japanese.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralise(value: str) -> str:
    """``value`` as plain text: with a leading apostrophe where it could be a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def restore(cell: str) -> str:
    """The text that ``neutralise`` was given."""
    rest = cell.removeprefix("'")
    return rest if rest.startswith(FORMULA_STARTS) else cell
