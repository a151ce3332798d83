"""Names of files in a body replaced by ids, once the pages exist."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import blake2b
from html import unescape
from typing import Any
from uuid import UUID

from kb.import_export.blocks import Block

ARTICLE_LINK = re.compile(
    r'<a linktype="article" id="(?P<key>[^"]*)">(?P<words>.*?)</a>', re.DOTALL
)


class Resolver:
    """Makes parsed bodies ready to be stored.

    ``page_ids`` are the ids of a locale's pages by source key; ``image`` turns an image block
    into the block to be stored. ``unresolved`` counts the links whose page is missing.
    """

    def __init__(self, page_ids: Mapping[str, int], image: Callable[[Block], Block]) -> None:
        self.page_ids = page_ids
        self.image = image
        self.unresolved = 0
        self._seen: Counter[bytes] = Counter()

    def body(self, blocks: list[Block]) -> list[Block]:
        """The stream data of a body. A block that stays the same keeps its id, so that revisions
        can be compared."""
        self._seen.clear()
        resolved: list[Block] = self._value(blocks)
        return resolved

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return ARTICLE_LINK.sub(self._link, value) if "linktype" in value else value
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return self._block(value) if value.keys() == {"type", "value"} else self._struct(value)
        return value

    def _struct(self, value: dict[str, Any]) -> dict[str, Any]:
        return {key: self._value(item) for key, item in value.items()}

    def _block(self, block: Block) -> Block:
        resolved = self._struct(self.image(block) if block["type"] == "image" else block)
        digest = blake2b(json.dumps(resolved).encode(), digest_size=16).digest()
        self._seen[digest] += 1
        number = self._seen[digest].to_bytes(16, "big")
        identifier = UUID(bytes=bytes(a ^ b for a, b in zip(digest, number, strict=True)))
        return {**resolved, "id": str(identifier)}

    def _link(self, match: re.Match[str]) -> str:
        page_id = self.page_ids.get(unescape(match["key"]))
        if page_id is None:
            self.unresolved += 1
            return match["words"]
        return f'<a linktype="page" id="{page_id}">{match["words"]}</a>'
