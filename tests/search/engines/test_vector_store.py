"""Vectors on disk: segments, merges, what a crash leaves, damage, recall."""

import multiprocessing
import os
import resource
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from search.engines import vector_rows, vector_segments
from search.engines.base import EngineUnavailable, Field, Term
from search.engines.embedded import EmbeddedEngine
from search.engines.vector_rows import CANDIDATE_ROWS
from search.engines.vector_segments import Entry, Segments, sign_bits
from search.engines.vector_store import VectorsDamaged, VectorStore, VectorStores
from tests.search.engines.conformance import EAST, NORTH, NORTH_EAST, ids, near
from tests.search.engines.documents import document, unit, vectors_of

PUBLIC = ("public",)


@pytest.fixture
def store(tmp_path):
    return VectorStore(tmp_path / "vectors")


def entry(number, *directions, visibility="public"):
    return Entry(number, visibility, vectors_of(directions or [NORTH]))


def found(store, vector=NORTH, limit=1_000) -> set[int]:
    return {int(hit.id) for hit in store.nearest(vector, PUBLIC, limit)}


def files(store) -> set[str]:
    return {path.name for path in store.folder.iterdir()}


def live_segments(store) -> list[str]:
    return Segments(store.folder).names()


class TestBestPassage:
    """Three articles: titles alone; a title and two passages; two titles and three passages."""

    @pytest.fixture
    def filled(self, store):
        words = [("a",), ("b",), ("c",), ("d",), ("e", "f")]
        store.append(
            [
                Entry(1, "public", vectors_of([NORTH, EAST])),
                Entry(2, "public", vectors_of([EAST], [NORTH, EAST])),
                Entry(
                    3,
                    "public",
                    vectors_of([NORTH, NORTH], [EAST, NORTH_EAST, EAST], terms=words),
                ),
            ]
        )
        return store

    def best(self, store, direction, *terms):
        near = store.similarities(direction, terms, [1.0] * len(terms), ["3", "1", "2"])
        return {int(pk): similarity.best_passage for pk, similarity in near.items()}

    def test_is_the_nearest_in_meaning(self, filled):
        assert self.best(filled, EAST) == {1: None, 2: 1, 3: 0}
        assert self.best(filled, NORTH) == {1: None, 2: 0, 3: 1}

    def test_is_that_with_the_words_where_meaning_does_not_decide(self, filled):
        assert self.best(filled, EAST, "e", "f")[3] == 2
        assert self.best(filled, EAST, "a")[3] == 0  # a title's word


class TestSegments:
    def test_nothing_written(self, store):
        assert store.nearest(NORTH, PUBLIC, 10) == []
        assert store.similarities(NORTH, ["a"], [1.0], ["1"]) == {}
        store.check()

    def test_a_batch_of_nothing_writes_nothing(self, store):
        store.append([])
        store.append([Entry(1), Entry(2, "staff")])  # deletions of what is not there
        assert not store.folder.exists()

    def test_a_store_that_has_lost_all_its_articles(self, store):
        store.append([entry(1), entry(2)])
        store.append([Entry(1), Entry(2)])
        assert found(store) == set()
        assert store.similarities(NORTH, [], [], ["1"]) == {}
        store.append([entry(3)])
        assert found(store) == {3}

    def test_of_two_entries_for_one_article_the_later_counts(self, store):
        store.append([entry(1, NORTH), entry(1, EAST)])
        [hit] = store.nearest(EAST, PUBLIC, 5)
        assert hit.score == pytest.approx(1, abs=0.01)
        store.append([entry(2), Entry(2)])
        assert found(store) == {1}

    @pytest.mark.parametrize("seed", range(4))
    def test_any_order_of_changes_ends_in_what_was_last_written(self, store, seed):
        random = np.random.default_rng(seed)
        expected: dict[int, np.ndarray] = {}
        for _ in range(40):
            batch = []
            for number in random.choice(12, size=random.integers(1, 4), replace=False).tolist():
                if random.random() < 0.4:
                    batch.append(Entry(number))
                    expected.pop(number, None)
                else:
                    expected[number] = unit(*random.normal(size=4))
                    batch.append(entry(number, *[expected[number]] * random.integers(1, 4)))
            store.append(batch)
            assert found(VectorStore(store.folder)) == set(expected)
        for number, direction in expected.items():
            similar = store.similarities(direction, [], [], [str(number)])
            assert similar[str(number)].title == pytest.approx(1, abs=0.02)

    def test_few_segments_and_no_other_files_stay(self, store):
        for number in range(60):
            store.append([entry(number)])
            names = live_segments(store)
            assert len(names) <= 8
            kept = {f"{n}.{part}.npy" for n in names for part in ("articles", "rows", "codes")}
            assert files(store) == {*kept, "segments"}
        assert found(store) == set(range(60))

    def test_a_reader_sees_what_another_process_appends(self, store):
        store.append([entry(1)])
        reader = VectorStore(store.folder)
        assert found(reader) == {1}
        store.append([entry(2)])
        assert found(reader) == {1, 2}
        store.append([Entry(1)])
        assert found(reader) == {2}

    @pytest.mark.parametrize("dimensions", [1, 7, 64, 100, 512])
    def test_any_number_of_dimensions(self, store, dimensions):
        vector = np.zeros(dimensions, np.float32)
        vector[-1] = 1
        store.append([entry(1, vector)])
        store.append([entry(2, -vector)])
        assert [hit.id for hit in store.nearest(vector, PUBLIC, 5)] == ["1", "2"]

    def test_articles_keep_their_rows_apart(self, store):
        store.append([entry(1, NORTH, NORTH, NORTH), entry(2, EAST), entry(3, NORTH_EAST, EAST)])
        similar = store.similarities(EAST, [], [], ["3", "2", "1", "2"])
        assert {id_: round(s.title, 1) for id_, s in similar.items()} == {"1": 0, "2": 1, "3": 1}


def test_sign_bits_are_padded_to_words():
    assert sign_bits(np.array([1, -1, 0, 2])).tolist() == [0b10010000]
    assert sign_bits(np.ones((3, 65))).shape == (3, 2)
    assert sign_bits(np.zeros((0, 0))).shape == (0, 0)


class TestSpaces:
    def test_a_document_moves_from_one_space_to_another(self, tmp_path):
        stores = VectorStores(tmp_path)
        stores.write([document("1", "x", vectors=vectors_of([NORTH], space="old"))])
        stores.write([document("1", "x", vectors=vectors_of([NORTH], space="new"))])
        assert found(stores.store("old", 4)) == set()
        assert found(stores.store("new", 4)) == {1}
        stores.delete(["1", "2"])
        assert found(stores.store("new", 4)) == set()

    def test_documents_without_vectors_make_no_store(self, tmp_path):
        VectorStores(tmp_path).write([document("1", "x")])
        assert list(tmp_path.iterdir()) == []


class TestCrash:
    def test_files_that_no_list_names_are_removed_and_never_written_over(self, store):
        store.append([entry(1)])
        leftover = store.folder / "00000009.rows.npy"
        leftover.write_bytes(b"half a segm")
        (store.folder / "segments.4711").write_text("[", encoding="ascii")
        assert found(store) == {1}
        store.append([entry(2)])
        assert found(store) == {1, 2}
        assert int(live_segments(store)[-1]) > 9
        assert not leftover.exists()
        assert not (store.folder / "segments.4711").exists()

    def test_a_writer_that_dies_before_the_list_is_replaced_changes_nothing(
        self, store, monkeypatch
    ):
        store.append([entry(1)])
        with monkeypatch.context() as patch:
            patch.setattr(Segments, "_publish", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                store.append([entry(2), Entry(1)])
        assert found(VectorStore(store.folder)) == {1}
        store.append([entry(2), Entry(1)])
        assert found(store) == {2}
        assert len(files(store)) == 1 + 3 * len(live_segments(store))

    def test_killed_again_and_again_nothing_breaks(self, tmp_path):
        context = multiprocessing.get_context("spawn")
        reached = context.Value("q", 0)
        for _ in range(4):
            writer = context.Process(target=_append_forever, args=(tmp_path, reached))
            writer.start()
            before, deadline = reached.value, time.monotonic() + 60
            while reached.value < before + 25 and time.monotonic() < deadline:
                time.sleep(0.01)
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
            store = VectorStore(tmp_path / "vectors")
            store.check()
            assert found(store, limit=10_000) >= set(range(1, reached.value + 1))
        assert reached.value >= 100


def _append_forever(folder: Path, reached) -> None:
    store = VectorStore(folder / "vectors")
    while True:
        store.append([entry(reached.value + 1, *[NORTH] * 3)])
        reached.value += 1


def test_readers_never_notice_merges(store):
    store.append([entry(0)])
    problems, done = [], threading.Event()
    shared = VectorStore(store.folder)

    def read(reader):
        try:
            while not done.is_set():
                assert 0 in found(reader)
                assert "0" in reader.similarities(NORTH, [], [], ["0"])
                reader.check()
        except Exception as error:
            problems.append(error)

    # Two threads of one process on one store, and one as of another process.
    readers = [shared, shared, VectorStore(store.folder)]
    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for number in range(1, 50):
        store.append([entry(number), entry(0)])
    done.set()
    for thread in threads:
        thread.join(30)
    assert problems == []


class TestDamage:
    @pytest.fixture
    def engine(self, tmp_path):
        engine = EmbeddedEngine(tmp_path)
        engine.write([document("1", "North", vectors=vectors_of([NORTH]))])
        assert near(engine, NORTH) == ["1"]
        return engine

    @pytest.mark.parametrize("part", ["articles.npy", "rows.npy", "codes.npy"])
    @pytest.mark.parametrize("damage", ["cut", "empty", "missing", "other"])
    def test_of_a_segment(self, engine, part, damage):
        [path] = engine.folder.glob(f"en/*/vectors-*/*.{part}")
        content = path.read_bytes()
        path.unlink()
        if damage == "other":
            np.save(path, np.zeros(7))
        elif damage != "missing":
            path.write_bytes(content[:-9] if damage == "cut" else b"")
        self.goes_on_by_words_until_rebuilt(EmbeddedEngine(engine.folder))

    @pytest.mark.parametrize("content", ["", "[", "{}", "7", "[null]", '["../x"]', '["00000077"]'])
    def test_of_the_list(self, engine, content):
        [path] = engine.folder.glob("en/*/vectors-*/segments")
        path.write_text(content, encoding="ascii")
        # The process that has it open as well.
        self.goes_on_by_words_until_rebuilt(engine)

    def goes_on_by_words_until_rebuilt(self, engine):
        assert near(engine, NORTH) == []
        assert ids(engine, Term(Field.TITLE, "north")) == ["1"]
        status = engine.status()
        assert status.available
        assert status.problem.startswith("en: the vectors in vectors-")
        with pytest.raises(EngineUnavailable, match="cannot be used"):
            engine.write([document("2", "East", vectors=vectors_of([EAST]))])
        documents = [document("1", "North", vectors=vectors_of([NORTH]))]
        engine.rebuild("en", documents).swap()
        assert near(engine, NORTH) == ["1"]
        assert engine.status().problem == ""

    def test_a_full_disk_is_an_outage(self, engine, monkeypatch):
        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(vector_segments.os, "fsync", full)
        with pytest.raises(EngineUnavailable, match="No space left"):
            engine.write([document("2", "East", vectors=vectors_of([EAST]))])
        monkeypatch.undo()
        assert near(engine, NORTH) == ["1"]
        engine.write([document("2", "East", vectors=vectors_of([EAST]))])
        assert near(engine, EAST) == ["2", "1"]

    def test_is_named_by_the_store(self, store):
        store.append([entry(1)])
        (store.folder / "segments").write_text("[", encoding="ascii")
        for call in (store.check, lambda: found(store), lambda: store.append([entry(2)])):
            with pytest.raises(VectorsDamaged):
                call()


def clustered(count: int, dimensions: int = 512, clusters: int = 40, seed: int = 7) -> np.ndarray:
    """Unit vectors around some centres, as texts of a few subjects lie."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(clusters, dimensions))
    vectors = centres[random.integers(clusters, size=count)] * 0.7
    vectors += random.normal(size=(count, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("first_rows", [vector_rows.FIRST_ROWS, 2_000])
def test_the_stages_find_nearly_what_an_exact_search_does(store, monkeypatch, first_rows):
    monkeypatch.setattr(vector_rows, "FIRST_ROWS", first_rows)
    vectors = clustered(8_000)
    store.append([entry(number, vector) for number, vector in enumerate(vectors)])
    questions = clustered(100, seed=7) + clustered(100, seed=8) * 0.3
    wanted = 20
    shares = []
    for question in questions / np.linalg.norm(questions, axis=1, keepdims=True):
        exact = np.argsort(-(vectors @ question))[:wanted]
        shares.append(len(found(store, question, wanted) & set(exact.tolist())) / wanted)
    assert len(vectors) / 10 > CANDIDATE_ROWS
    assert np.mean(shares) > 0.97


@pytest.mark.parametrize("first_rows", [vector_rows.FIRST_ROWS, 500])
def test_what_only_others_may_read_does_not_crowd_out(store, monkeypatch, first_rows):
    monkeypatch.setattr(vector_rows, "FIRST_ROWS", first_rows)
    near_ones = [entry(n, unit(1, n / 10_000, 0, 0), visibility="staff") for n in range(2_000)]
    store.append([*near_ones, entry(9_999, EAST)])
    assert found(store, NORTH) == {9_999}


def test_a_large_store_is_filled_without_being_held_in_memory(tmp_path):
    """200 MB of rows, in a process that may take 120 MB beyond what it starts with."""
    process = multiprocessing.get_context("spawn").Process(target=_fill_large, args=(tmp_path,))
    process.start()
    process.join(300)
    assert process.exitcode == 0
    size = sum(p.stat().st_size for p in (tmp_path / "vectors").glob("*.rows.npy"))
    assert size > 200_000_000


def _fill_large(folder: Path) -> None:
    store = VectorStore(folder / "vectors")
    vectors = vectors_of(list(clustered(9)))
    # Anonymous memory: the pages of mapped files are the system's to take back.
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + 120_000_000, resource.RLIM_INFINITY))
    for at in range(0, 40_000, 500):
        store.append([Entry(number, "public", vectors) for number in range(at, at + 500)])
