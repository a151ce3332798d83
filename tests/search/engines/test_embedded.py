"""The embedded engine: conformance, files, processes."""

import multiprocessing
from pathlib import Path

import pytest

from search.engines.base import EngineQuery, EngineUnavailable, Field, Term
from search.engines.embedded import EmbeddedEngine
from tests.search.engines.conformance import EngineConformance, ids
from tests.search.engines.documents import document


class TestEmbedded(EngineConformance):
    @pytest.fixture
    def engine(self, tmp_path):
        return EmbeddedEngine(tmp_path / "index")


def test_an_empty_locale_has_no_matches(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    result = engine.search(EngineQuery(Term(Field.TITLE, "x"), "en", ("public",)))
    assert (result.hits, result.total) == ((), 0)


def test_the_folder_is_for_this_user_only(tmp_path):
    engine = EmbeddedEngine(tmp_path / "index")
    engine.write([document("1", "Secret")])
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700


def test_another_process_sees_a_commit_at_once(tmp_path):
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    writer.write([document("1", "First")])
    assert ids(reader, Term(Field.TITLE, "first")) == ["1"]
    writer.write([document("2", "Second")])
    assert ids(reader, Term(Field.TITLE, "second")) == ["2"]


def test_a_reader_follows_a_swap(tmp_path):
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    writer.write([document("1", "First")])
    assert ids(reader, Term(Field.TITLE, "first")) == ["1"]
    writer.rebuild("en", [document("2", "Second")]).swap()
    assert ids(reader, Term(Field.TITLE, "second")) == ["2"]
    assert len([path for path in (tmp_path / "en").iterdir() if path.is_dir()]) == 1


def _write(folder: Path, number: int) -> None:
    EmbeddedEngine(folder).write([document(str(number), "Word")])


def test_writers_of_several_processes_wait_for_each_other(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert EmbeddedEngine(tmp_path).status().documents == {"en": 4}


def test_a_broken_index_says_so(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    engine.write([document("1", "First")])
    for meta in tmp_path.glob("en/*/meta.json"):
        meta.write_text("{", encoding="utf-8")
    fresh = EmbeddedEngine(tmp_path)
    with pytest.raises(EngineUnavailable):
        ids(fresh, Term(Field.TITLE, "first"))
    assert not fresh.status().available
    assert fresh.status().problem.startswith("en: ")
