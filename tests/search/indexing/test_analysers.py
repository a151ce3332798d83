"""Analysis here and in worker processes gives the same."""

import os
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import psutil
import pytest

from search.indexing import analysers
from search.indexing.analysers import InlineAnalyser, PoolAnalyser, analyser_for
from search.indexing.terms import Texts, analyse_many

TEXTS = [Texts("en", f"Reset password {n}", body="Try again. " * n) for n in range(60)] + [
    Texts("ja", "返品したい", body="商品を返品する手順です。")
]


def test_few_texts_are_analysed_here():
    with analyser_for(analysers.PARALLEL_FROM - 1) as analyser:
        assert isinstance(analyser, InlineAnalyser)


def test_one_processor_is_not_divided(monkeypatch):
    monkeypatch.setattr(analysers.os, "cpu_count", lambda: 1)
    with analyser_for(analysers.PARALLEL_FROM) as analyser:
        assert isinstance(analyser, InlineAnalyser)


def test_worker_processes_give_the_same_in_the_same_order(monkeypatch):
    monkeypatch.setattr(analysers.os, "cpu_count", lambda: 2)
    with analyser_for(analysers.PARALLEL_FROM) as analyser:
        assert isinstance(analyser, PoolAnalyser)
        answers = [analyser.start(TEXTS), analyser.start(TEXTS[:1]), analyser.start([])]
        assert [answer() for answer in answers] == [
            analyse_many(TEXTS),
            analyse_many(TEXTS[:1]),
            [],
        ]


PARENT = """
import time
from search.indexing import analysers
from search.indexing.terms import Texts
if __name__ == "__main__":
    analysers.os.cpu_count = lambda: 2
    with analysers.analyser_for(analysers.PARALLEL_FROM) as analyser:
        analyser.start([Texts("en", "x")] * 60)()
        print("ready", flush=True)
        time.sleep(600)
"""


def test_worker_processes_end_with_a_parent_that_is_killed(tmp_path, settings):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, script], stdout=subprocess.PIPE, cwd=settings.BASE_DIR, env=with_project()
    ) as parent:
        assert parent.stdout.readline() == b"ready\n"
        workers = psutil.Process(parent.pid).children(recursive=True)
        parent.kill()
    assert len(workers) >= 2
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert alive == []


def with_project():
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


class BrokenFuture:
    def result(self):
        raise BrokenProcessPool


class DyingPool:
    """Takes some work and dies of it."""

    def __init__(self, takes):
        self.takes = takes

    def submit(self, *args):
        if not self.takes:
            raise BrokenProcessPool
        self.takes -= 1
        return BrokenFuture()


@pytest.mark.parametrize("takes", [0, 1, 3])
def test_work_of_a_process_that_died_is_done_here(takes):
    assert PoolAnalyser(DyingPool(takes)).start(TEXTS)() == analyse_many(TEXTS)
