"""Analysis here and in worker processes gives the same."""

from concurrent.futures.process import BrokenProcessPool

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
