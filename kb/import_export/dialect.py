"""The documentation dialect on top of Markdown, reduced to what a Markdown parser understands.

The help files are CommonMark with extensions of the publishing system they come from. The
extensions that would keep a parser from seeing the structure are rewritten here, on the text and
never inside code: comments go, include files come in, marked terms become their text, and HTML
tables lose the blank lines that would cut them into pieces. All that has a structure of its own
(callouts, collapsible sections, tabs) is left to ``blocks``.
"""

import re
from collections.abc import Callable

# Fenced code (closed, or open to the end) and inline code (within one paragraph).
CODE = r"""
    (?P<code>
        ^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})[^\n`]*(?:\n|\Z)
            (?:(?s:.*?)^[ \t>]*(?P=fence)[`~]*[ \t]*$|(?s:.*)\Z)
        |(?<!`)(?P<ticks>`+)(?!`)
            (?:[^`\n]|\n(?![ \t>]*(?:\n|\Z))|(?!(?P=ticks)(?!`))`+)+?(?P=ticks)(?!`)
    )
"""
Replacement = Callable[[re.Match[str]], str]


def outside_code(pattern: str) -> re.Pattern[str]:
    """``pattern`` (verbose syntax), or code wherever that begins first."""
    return re.compile(f"{CODE}|{pattern}", re.VERBOSE | re.MULTILINE | re.IGNORECASE)


def rewrite(pattern: re.Pattern[str], replacement: Replacement, text: str) -> str:
    """Replace what an ``outside_code`` pattern matches; code stays as it is."""
    return pattern.sub(
        lambda match: match[0] if match["code"] is not None else replacement(match), text
    )


# --- Comments -------------------------------------------------------------------------------
# A comment takes its line breaks along when it fills whole lines, so that the rows of a table
# around it stay together. One that is never closed runs to the end, as in HTML.
COMMENT = outside_code(
    r"""(?P<line>^[ \t>]*<!--(?:(?!-->)(?s:.))*(?:-->|\Z)[ \t]*(?:\n|\Z))
        |<!--(?:(?!-->)(?s:.))*(?:-->|\Z)"""
)


def without_comments(text: str) -> str:
    """``text`` without its HTML comments."""
    if "<!--" not in text:
        return text
    return rewrite(COMMENT, lambda match: _instead_of_comment(match, text), text)


def _instead_of_comment(match: re.Match[str], text: str) -> str:
    if match["line"] is None:
        return ""
    before = text[: match.start()].rstrip("\n").rpartition("\n")[2].lstrip(" \t>")
    # A blank line keeps two paragraphs apart; between rows or tags it would tear them.
    return "" if before.startswith(("|", "<")) else "\n"


# --- Terms, attributes, presentational tags ---------------------------------------------------
TERM = outside_code(
    r"""\[!(?:UICONTROL|DNL|BADGE)[ \t]*(?P<term>(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]
        (?P<link>(?=\())?"""
)
ATTRIBUTES = outside_code(
    r"""(?<=[\])>])\{[ ]*[a-z][\w-]*[ ]*=[^{}\n]*\}
        |^[ \t>]*\{[ ]*(?:[.\#][\w-]+|[a-z][\w-]*[ ]*=[^{}\n]*)\}[ \t]*$"""
)
PRESENTATIONAL = outside_code(r"""</?(?:span|font|center|section|article|nobr|u)\b[^<>]*>""")
DIVISION = outside_code(r"""</?div\b[^<>]*>""")


def term_text(text: str) -> str:
    """``[!UICONTROL x]``, ``[!DNL x]`` and ``[!BADGE x]`` reduced to x, nested ones too."""
    if "[!" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        if match["fence"] is not None:
            return match[0]
        if match["ticks"] is not None:  # a term's text is wanted inside a line of code, too
            ticks = match["ticks"]
            return f"{ticks}{term_text(match[0].strip('`'))}{ticks}"
        term = term_text(match["term"])
        return f"[{term}]" if match["link"] is not None else term

    return TERM.sub(plain, text)


def without_presentation(text: str) -> str:
    """``text`` without attribute lists and tags that only colour or group."""
    if "{" in text:
        text = rewrite(ATTRIBUTES, lambda match: "", text)
    if "<" in text:
        text = rewrite(PRESENTATIONAL, lambda match: "", text)
        text = rewrite(DIVISION, lambda match: _instead_of_division(match, text), text)
    return text


def _instead_of_division(match: re.Match[str], text: str) -> str:
    """A division on a line of its own leaves none; inside a table it parts two lines."""
    line_start = text.rfind("\n", 0, match.start()) + 1
    alone = not text[line_start : match.start()].strip(" \t>")
    return "" if alone else "<br>"


# --- Includes -------------------------------------------------------------------------------
INCLUDE = outside_code(
    r"""^(?P<lead>[ \t>]*)\{\{(?P<alone>[\w-]+)\}\}|\{\{(?P<inline>[\w-]+)\}\}"""
)


def included_keys(text: str) -> set[str]:
    """The keys named by ``{{key}}`` outside code, known or not."""
    if "{{" not in text:
        return set()
    return {
        match["alone"] or match["inline"]
        for match in INCLUDE.finditer(text)
        if match["code"] is None
    }


def with_includes(text: str, sections: dict[str, str], inside: frozenset[str] = frozenset()) -> str:
    """``text`` with every known ``{{key}}`` replaced by its section, at the same indentation.

    Sections may include others; one that is already open (``inside``) stays literal, as do
    unknown keys.
    """
    if "{{" not in text:
        return text

    def section(match: re.Match[str]) -> str:
        key = match["alone"] or match["inline"]
        if key not in sections or key in inside:
            return match[0]
        content = with_includes(sections[key], sections, inside | {key}).strip("\n")
        if match["alone"] is None:
            return content
        return "\n".join((match["lead"] + line).rstrip() for line in content.split("\n"))

    return rewrite(INCLUDE, section, text)


# --- HTML tables ----------------------------------------------------------------------------
TABLE_TAG = outside_code(r"""(?P<open><table\b[^<>]*>)|(?P<close></table\s*>)""")
PREFORMATTED = re.compile(r"<pre\b.*?</pre\s*>", re.IGNORECASE | re.DOTALL)
NEXT_HEADING = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)


def tables_on_one_line(text: str) -> str:
    """Every HTML table as one line between blank lines, at its own indentation.

    CommonMark ends an HTML block at the first blank line, and the tables of real files are full
    of them. A table that is never closed ends before the next heading.
    """
    if "<table" not in text.lower():
        return text
    parts, position = [], 0
    for start, end in _table_spans(text):
        line_start = text.rfind("\n", 0, start) + 1
        lead = text[line_start:start]
        is_indentation = not lead.strip(" \t>")
        indentation = lead if is_indentation else " " * (len(lead) - len(lead.lstrip()))
        parts.append(text[position : line_start if is_indentation else start])
        opening = f"\n{indentation}" if is_indentation else _break_before(lead, indentation)
        parts.append(f"{opening}{_one_line(text[start:end])}\n\n")
        rest_of_line = text[end : end + 1]
        parts.append("" if rest_of_line in {"\n", ""} else indentation)
        position = end
    parts.append(text[position:])
    return "".join(parts)


def _break_before(lead: str, indentation: str) -> str:
    """What parts a table from the words before it; nothing after a mere list marker."""
    return "" if re.fullmatch(r"[ \t>]*(?:[-*+]|\d+[.)])[ \t]+", lead) else f"\n\n{indentation}"


def _table_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every outermost table."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for match in TABLE_TAG.finditer(text):
        if match["open"] is not None:
            start = match.start() if depth == 0 else start
            depth += 1
        elif match["close"] is not None and depth:
            depth -= 1
            if depth == 0:
                spans.append((start, match.end()))
    if depth:
        heading = NEXT_HEADING.search(text, start)
        spans.append((start, heading.start() if heading else len(text)))
    return spans


def _one_line(table: str) -> str:
    kept = PREFORMATTED.sub(lambda match: match[0].replace("\n", "&#10;"), table)
    return re.sub(r"\s*\n[ \t>]*(?=\S|\Z)", " ", kept).replace("\n", " ")


def simplify(text: str, sections: dict[str, str]) -> str:
    """The whole way from a help file's text to text that CommonMark understands."""
    text = with_includes(without_comments(text), sections)
    return tables_on_one_line(term_text(without_presentation(text)))
