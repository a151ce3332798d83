"""The blocks of an article's body as stream data (the block types of ``kb.blocks``).

Callouts hold formatted text only, so a table or code in a callout follows it.
"""

import re
from html import escape
from typing import Any

from kb.import_export.rich_text import clean, described_image, paragraph, preformatted

Block = dict[str, Any]


def text_block(html: str) -> Block:
    """A block of formatted text, as it is."""
    return {"type": "paragraph", "value": html}


def text_blocks(html: str) -> list[Block]:
    """One block of formatted text; none when nothing readable is left."""
    cleaned = clean(html) if html else ""
    return [text_block(cleaned)] if re.sub(r"<[^>]*>", "", cleaned).strip() else []


def heading_block(text: str, *, level: int, anchor: str = "") -> Block:
    """A heading of level 2 to 4."""
    return {"type": "heading", "value": {"text": text, "level": f"h{level}", "anchor": anchor}}


def video_block(url: str, title: str) -> Block:
    """A video by its address."""
    return {"type": "video", "value": {"url": url, "title": title}}


def quoted(blocks: list[Block]) -> list[Block]:
    """Paragraphs as quotations, which hold no paragraphs in Wagtail; the rest as it is."""
    return [
        {**block, "value": re.sub(r"<(/?)p>", r"<\1blockquote>", block["value"])}
        if block["type"] == "paragraph"
        else block
        for block in blocks
    ]


def callouts(kind: str, blocks: list[Block]) -> list[Block]:
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
