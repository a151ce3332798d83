"""An embedder behind an HTTP address: a real server, in a thread."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from search.embedding.base import EmbedderUnavailable, TextRefused, normalised
from search.embedding.endpoint import BATCH, EndpointEmbedder, space_of

BUDGET = 0.4


class Server(ThreadingHTTPServer):
    """Answers with one vector a text, in disorder, unless ``answer`` says otherwise."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.answer = lambda handler, body: handler.send(200, vectors(body["input"]))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1/embeddings"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.headers, body))
        self.server.answer(self, body)

    def send(self, status, content, **headers):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        """Nothing: pytest shows what the test says."""


def vectors(texts):
    rows = [{"index": n, "embedding": [len(text), 1.0]} for n, text in enumerate(texts)]
    return {"data": rows[::-1]}


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def embedder(server):
    return EndpointEmbedder(server.url, "small-model", "secret-key", BUDGET)


def test_asks_in_the_common_form(server, embedder):
    rows = embedder.encode(["abc", "a"])
    expected = np.array([[3, 1], [1, 1]]) / np.sqrt([[10], [2]])
    assert rows == pytest.approx(expected, abs=1e-6)
    [(headers, body)] = server.requests
    assert body == {"model": "small-model", "input": ["abc", "a"]}
    assert headers["Authorization"] == "Bearer secret-key"
    assert headers["Content-Type"] == "application/json"


def test_without_a_key_none_is_sent(server):
    EndpointEmbedder(server.url, "", "", BUDGET).encode(["a"])
    assert server.requests[0][0]["Authorization"] is None


def test_many_texts_go_in_batches(server, embedder):
    rows = embedder.encode(["x" * (n + 1) for n in range(BATCH + 3)])
    assert [len(body["input"]) for _, body in server.requests] == [BATCH, 3]
    lengths = rows[:, 0] / rows[:, 1]
    assert lengths == pytest.approx(np.arange(1, BATCH + 4), rel=1e-4)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_some_answers_blame_the_text(server, embedder, status):
    server.answer = lambda handler, body: handler.send(status, {})
    with pytest.raises(TextRefused, match=f"answered {status}"):
        embedder.encode(["a"])


@pytest.mark.parametrize("status", [204, 302, 401, 403, 404, 429, 500, 503])
def test_others_do_not(server, embedder, status):
    server.answer = lambda handler, body: handler.send(status, b"", Location=server.url)
    with pytest.raises(EmbedderUnavailable, match=f"answered {status}") as caught:
        embedder.encode(["a"])
    assert not isinstance(caught.value, TextRefused)
    assert len(server.requests) == 1  # neither redirected nor repeated


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"\xff",
        [],
        {},
        {"data": None},
        {"data": [{"embedding": [1.0]}]},
        {"data": [{"index": 0}]},
        {"data": []},
        {"data": [{"index": 0, "embedding": [1.0]}] * 3},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": "abc"}, {"index": 1, "embedding": "abc"}]},
        {"data": [{"index": 0, "embedding": [None]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [float("nan")]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1e300]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [0.0]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]},
        {"data": [{"index": n, "embedding": [1.0] * 5_000} for n in range(2)]},
    ],
)
def test_what_cannot_be_used_is_no_answer(server, embedder, content):
    server.answer = lambda handler, body: handler.send(200, content)
    with pytest.raises(EmbedderUnavailable):
        embedder.encode(["a", "b"])


@pytest.mark.parametrize("slowness", ["silent", "trickling"])
def test_a_slow_server_costs_no_more_than_the_budget(server, embedder, slowness):
    release = threading.Event()

    def answer(handler, body):
        if slowness == "trickling":
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            while not release.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        release.wait(10)
        handler.close_connection = True

    server.answer = answer
    started = time.monotonic()
    with pytest.raises(EmbedderUnavailable, match="too slow"):
        embedder.encode(["a"])
    assert time.monotonic() - started < BUDGET + 1
    release.set()


def test_nobody_there_is_said_without_address_or_key():
    embedder = EndpointEmbedder("http://127.0.0.1:9/v1", "m", "secret-key", BUDGET)
    with pytest.raises(EmbedderUnavailable, match="cannot be reached") as caught:
        embedder.encode(["a"])
    assert "secret-key" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_a_server_that_comes_back_is_used_again(server, embedder):
    def hang_up(handler, body):
        handler.connection.close()

    usual, server.answer = server.answer, hang_up
    with pytest.raises(EmbedderUnavailable):
        embedder.encode(["a"])
    server.answer = usual
    assert embedder.encode(["a"]).shape == (1, 2)


class TestSpace:
    def test_is_the_model(self):
        assert space_of("http://one/v1", "e5") == space_of("http://two/v1", "e5") == "e5"

    def test_or_the_address_without_secrets(self):
        space = space_of("https://user:password@host:8080/v1/embeddings?key=abc", "")
        assert space == "host/v1/embeddings"

    def test_fits_its_column(self):
        one, other = space_of("http://host", "m" * 500), space_of("http://host", "m" * 501)
        assert len(one) <= 120
        assert one != other


def test_lengths_become_one_whatever_the_numbers():
    rows = normalised([[3e-30, 4e-30], [3e30, -4e30]])
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0.6, -0.8]]))
