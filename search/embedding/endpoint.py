"""An embedder behind an HTTP address, in the form that most model servers speak.

``POST {"model": …, "input": [texts]}`` is answered by ``{"data": [{"index": n, "embedding":
[numbers]}, …]}``: OpenAI's form, which vLLM, Ollama, text-embeddings-inference and others share.
"""

from collections.abc import Sequence

import urllib3

from search.embedding.base import EmbedderUnavailable, Vectors, normalised

BATCH = 32
# What the worker may wait for a batch of passages; a reader's question has the budget.
BATCH_SECONDS = 60.0


class EndpointEmbedder:
    """See Embedder. ``budget``: seconds that a single text may take."""

    def __init__(self, url: str, model: str, api_key: str, budget: float) -> None:
        self.space = f"{url} {model}".strip()
        self._url = url
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._budget = budget
        self._pool = urllib3.PoolManager(retries=False)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Embedder."""
        rows: list[object] = []
        for at in range(0, len(texts), BATCH):
            rows += self._ask(texts[at : at + BATCH])
        return normalised(rows)

    def _ask(self, texts: Sequence[str]) -> list[object]:
        try:
            response = self._pool.request(
                "POST",
                self._url,
                json={"model": self._model, "input": list(texts)},
                headers=self._headers,
                timeout=self._budget if len(texts) == 1 else BATCH_SECONDS,
            )
            if response.status != 200:
                raise EmbedderUnavailable(f"the embedder answered {response.status}")
            data = sorted(response.json()["data"], key=lambda row: row["index"])
            rows = [row["embedding"] for row in data]
        except urllib3.exceptions.HTTPError as error:
            raise EmbedderUnavailable("the embedder cannot be reached or is too slow") from error
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderUnavailable("the embedder's answer has another form") from error
        if len(rows) != len(texts):
            raise EmbedderUnavailable(
                f"the embedder answered {len(rows)} vectors for {len(texts)} texts"
            )
        return rows
