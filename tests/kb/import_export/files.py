"""Source trees for tests, and articles parsed without a database."""

from io import BytesIO
from pathlib import Path
from textwrap import dedent

from PIL import Image

from kb.import_export.blocks import Block
from kb.import_export.body import BodyBuilder
from kb.import_export.dialect import simplify
from kb.import_export.links import LinkScope
from kb.import_export.markdown_nodes import markdown_parser


def picture() -> bytes:
    """A small PNG file."""
    stream = BytesIO()
    Image.new("RGB", (2, 2), "green").save(stream, "png")
    return stream.getvalue()


def write_files(root: Path, files: dict[str, str | bytes]) -> Path:
    """Files by path below ``root``; texts without their common indentation."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(dedent(content).lstrip("\n"), encoding="utf-8")
    return root


def article(title: str = "A question", body: str = "An answer.", **head: str) -> str:
    """A file with a head of ``title`` and ``head`` (underscores become dashes)."""
    lines = [f"title: {title}", *(f"{key.replace('_', '-')}: {v}" for key, v in head.items())]
    return "---\n" + "\n".join(lines) + f"\n---\n{dedent(body)}"


def builder(
    *, key: str = "orders/track.md", articles: tuple[str, ...] = (), files: tuple[str, ...] = ()
) -> BodyBuilder:
    scope = LinkScope(frozenset(articles), frozenset(articles + files))
    return BodyBuilder(key, scope, markdown_parser())


def body(text: str, **kwargs) -> list[Block]:
    """The blocks of a text in the dialect."""
    includes = kwargs.pop("includes", {})
    return builder(**kwargs).build(simplify(dedent(text).lstrip("\n"), includes))


def pairs(blocks: list[Block]) -> list[tuple[str, object]]:
    """Blocks as (type, value)."""
    return [(block["type"], block["value"]) for block in blocks]
