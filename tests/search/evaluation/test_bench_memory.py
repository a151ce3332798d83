"""The memory of real web workers."""

from urllib.error import HTTPError

import pytest

from search.evaluation.bench_memory import WORKERS, worker_memory


def test_each_worker_is_measured_after_its_answers(capfd):
    found = worker_memory(["/healthz"] * 8, print)
    assert len(found) == WORKERS
    assert all(10 < megabytes < 2_000 for megabytes in found)
    assert "GET" not in capfd.readouterr().out  # standard output is the figures'


def test_an_address_that_is_not_answered_is_an_error():
    with pytest.raises(HTTPError, match="HTTP Error"):
        worker_memory(["/healthz", "/nowhere"], print)


def test_a_server_that_is_out_of_order_is_named():
    with pytest.raises(RuntimeError, match="HTTP Error"):
        worker_memory(["/nowhere"], print)
