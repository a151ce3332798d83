"""An embedder behind an HTTP address, in the form that most model servers speak.

``POST {"model": …, "input": [texts]}`` is answered by ``{"data": [{"index": n, "embedding":
[numbers]}, …]}``: OpenAI's form, which vLLM, Ollama, text-embeddings-inference and others share.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from typing import Any

import urllib3
from urllib3.util import parse_url

from search.embedding.base import EmbedderUnavailable, TextRefused, Vectors, normalised

BATCH = 32
# What the worker may wait for a batch of passages; a reader's question has the budget.
BATCH_SECONDS = 60.0
# A bad request, one too large, one that cannot be processed: the fault of what was sent.
REFUSALS = (400, 413, 422)
LONGEST_NAME = 120


def space_of(url: str, model: str) -> str:
    """The model's name, or where none is given the address without what is secret in it."""
    address = parse_url(url)
    name = model or f"{address.host}{address.path or ''}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:80]} {hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"


class EndpointEmbedder:
    """See Embedder. ``budget``: seconds that a single text may take."""

    def __init__(self, url: str, model: str, api_key: str, budget: float) -> None:
        self.space = space_of(url, model)
        self._url = url
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._budget = budget
        # No retries: what fails is tried by the next question, or by the worker's next run.
        self._pool = urllib3.PoolManager(retries=False, maxsize=8)

    def prepare(self) -> None:
        """See Embedder. Nothing: connections must not be shared by processes."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        rows: list[object] = []
        for at in range(0, len(texts), BATCH):
            rows += self._ask(texts[at : at + BATCH])
        return normalised(rows)

    def _ask(self, texts: Sequence[str]) -> list[object]:
        answer = self._post(
            {"model": self._model, "input": list(texts)},
            self._budget if len(texts) == 1 else BATCH_SECONDS,
        )
        try:
            data = sorted(json.loads(answer)["data"], key=lambda row: row["index"])
            rows = [row["embedding"] for row in data]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderUnavailable("the embedder's answer has another form") from error
        if len(rows) != len(texts):
            raise EmbedderUnavailable(
                f"the embedder answered {len(rows)} vectors for {len(texts)} texts"
            )
        return rows

    def _post(self, question: dict[str, Any], seconds: float) -> bytes:
        end = time.monotonic() + seconds
        try:
            response = self._pool.request(
                "POST",
                self._url,
                json=question,
                headers=self._headers,
                timeout=urllib3.Timeout(total=seconds),
                preload_content=False,
            )
            try:
                if response.status != 200:
                    failure = TextRefused if response.status in REFUSALS else EmbedderUnavailable
                    raise failure(f"the embedder answered {response.status}")
                return _read(response, end)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as error:
            raise EmbedderUnavailable("the embedder cannot be reached or is too slow") from error


def _read(response: urllib3.BaseHTTPResponse, end: float) -> bytes:
    """The body. The client's own timeout starts anew with every byte that trickles in."""
    parts = []
    while part := response.read1(1 << 16):
        parts.append(part)
        if time.monotonic() > end:
            raise EmbedderUnavailable("the embedder cannot be reached or is too slow")
    return b"".join(parts)
