"""The embedded engine: conformance, files, processes."""

import multiprocessing
import threading
from pathlib import Path

import pytest
from tantivy import Document, SchemaBuilder

from search.analysis import ANALYSIS_VERSION
from search.engines import embedded_indices, tantivy_index
from search.engines.base import (
    TERMS_ONLY,
    WITH_FREQUENCIES,
    WITH_POSITIONS,
    AllOf,
    AnyOf,
    BestOf,
    EngineQuery,
    EngineUnavailable,
    Facet,
    Field,
    Prefix,
    Term,
    VectorQuery,
)
from search.engines.embedded import EmbeddedEngine
from tests.search.engines.conformance import EngineConformance, ask, ids, verified
from tests.search.engines.documents import SPACE, document, field_terms, unit, vectors_of


class TestEmbedded(EngineConformance):
    @pytest.fixture
    def engine(self, tmp_path):
        return EmbeddedEngine(tmp_path / "index")


class TestWordInProgress:
    """A passage covers it where it holds what the word is or may become."""

    @pytest.fixture
    def engine(self, tmp_path):
        engine = EmbeddedEngine(tmp_path / "index")
        passages = {"1": "change billing", "2": "change password", "3": "change pinball pin"}
        engine.write([self.with_passage(id_, text) for id_, text in passages.items()])
        engine.write([self.with_passage("9", "change zebra", visibility="staff")])
        return engine

    @staticmethod
    def with_passage(identifier, text, **options):
        row = unit(1, 0)
        vectors = vectors_of([row], [row], terms=[(), field_terms(text, "en")])
        return document(identifier, "title", text, vectors=vectors, **options)

    def covered(self, engine, beginning, term, visibilities=("public",)):
        """The articles that cover "change" and a word that begins so, or is ``term``."""
        completions = tuple(engine.completions("en", beginning, visibilities, 8))
        query = VectorQuery(
            SPACE, unit(1, 0), ("chang", term), "en", visibilities, frozenset([term]), completions
        )
        found = engine.similarities(query, ["1", "2", "3", "9"])
        return {id_ for id_, near in found.items() if near.coverage > 0.99}

    def test_what_it_may_become(self, engine):
        assert self.covered(engine, "pass", "pass") == {"2"}

    def test_what_it_is_whose_stem_is_another_word(self, engine):
        assert self.covered(engine, "billing", "bill") == {"1"}

    def test_what_it_is_beside_more_frequent_words_that_begin_so(self, engine):
        others = [f"pinx{number} pinx{number}" for number in range(10)]
        for copy in range(2):
            engine.write(
                [self.with_passage(f"{copy}{at}", text) for at, text in enumerate(others, 10)]
            )
        assert "3" in self.covered(engine, "pin", "pin")

    def test_the_most_frequent_words_come_first(self, engine):
        engine.write([self.with_passage("4", "change pins")])
        found = engine.completions("en", "pin", ("public",), 8)
        assert list(found.items()) == [("pin", 2), ("pinbal", 1)]
        assert list(engine.completions("en", "pin", ("public",), 1)) == ["pin"]
        assert list(engine.completions("en", "", ("public",), 2)) == ["chang", "titl"]

    def test_words_of_articles_that_are_not_for_the_reader_are_none(self, engine):
        assert engine.completions("en", "zeb", ("public",), 8) == {}
        assert engine.completions("en", "zeb", ("public", "staff"), 8) == {"zebra": 1}
        assert engine.completions("ja", "zeb", ("public", "staff"), 8) == {}

    def test_words_of_articles_that_are_not_for_the_reader_change_nothing(self, engine):
        assert self.covered(engine, "zeb", "zeb") == {"1", "2", "3", "9"}
        assert self.covered(engine, "zeb", "zeb", ("public", "staff")) == {"9"}


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


def index_folders(engine):
    return sorted(path.name for path in (engine.folder / "en").iterdir() if path.is_dir())


def test_a_swap_keeps_the_index_before_and_drops_older_ones(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    engine.write([document("1", "First")])
    for _ in range(3):
        before = index_folders(engine)
        engine.rebuild("en", [document("2", "Second")]).swap()
    assert len(index_folders(engine)) == 2
    assert index_folders(engine)[0] == before[-1]


def test_a_reader_overtaken_by_swaps_reads_the_name_again(tmp_path, monkeypatch):
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    writer.write([document("1", "First")])
    outdated = reader.indices._live_name("en")
    for _ in range(2):
        writer.rebuild("en", [document("2", "Second")]).swap()
    names = iter([outdated, writer.indices._live_name("en")])
    monkeypatch.setattr(reader.indices, "_live_name", lambda locale: next(names))
    assert ids(reader, Term(Field.TITLE, "second")) == ["2"]


def test_nobody_notices_swaps(tmp_path):
    writer, reader = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    writer.write([document("1", "First")])
    answers, problems, done = [], [], threading.Event()

    def read():
        while not done.is_set():
            try:
                answers.append(ids(reader, Term(Field.TITLE, "first")))
                problems.extend(filter(None, [reader.status().problem]))
            except Exception as error:
                problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for _ in range(15):
        writer.rebuild("en", [document("1", "First")]).swap()
    done.set()
    for thread in readers:
        thread.join(30)
    assert problems == []
    assert {tuple(answer) for answer in answers} == {("1",)}


def test_a_rebuild_that_fails_while_filling_leaves_nothing(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    engine.write([document("1", "First")])
    before = index_folders(engine)

    def documents():
        yield document("2", "Second")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        engine.rebuild("en", documents())
    assert index_folders(engine) == before
    assert ids(engine, Term(Field.TITLE, "first")) == ["1"]


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


@pytest.mark.parametrize("damage", ["bad bytes", "unreadable", "no files"])
def test_damage_is_an_outage_and_a_rebuild_ends_it(tmp_path, damage):
    engine = EmbeddedEngine(tmp_path)
    engine.write([document("1", "First")])
    assert ids(engine, Term(Field.TITLE, "first")) == ["1"]
    pointer = tmp_path / "en" / "current"
    if damage == "bad bytes":
        pointer.write_bytes(b"\xff\xfe")
    elif damage == "unreadable":
        pointer.write_text("x" * 300, encoding="utf-8")  # no name that a file can have
    else:
        (tmp_path / "en" / pointer.read_text(encoding="utf-8") / "meta.json").unlink()
    with pytest.raises(EngineUnavailable):
        ids(engine, Term(Field.TITLE, "first"))
    status = engine.status()
    assert (status.available, status.documents) == (False, {})
    assert status.problem.startswith("en: ")
    engine.rebuild("en", [document("1", "First")]).swap()
    assert ids(engine, Term(Field.TITLE, "first")) == ["1"]
    assert engine.status().available


def test_a_file_that_vanishes_is_not_counted(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    engine.write([document("1", "First")])
    before = engine.status().index_bytes
    (tmp_path / "en" / "gone").symlink_to(tmp_path / "nowhere")  # listed, but cannot be looked at
    assert engine.status().index_bytes == before


@pytest.mark.parametrize("other", ["0", "z"])
def test_any_other_analysis_version_is_named(tmp_path, monkeypatch, other):
    engine = EmbeddedEngine(tmp_path)
    engine.write([document("1", "First")])
    assert engine.status().analysis_version == ANALYSIS_VERSION
    monkeypatch.setattr(embedded_indices, "ANALYSIS_VERSION", other)
    engine.write([document("2", "二つ目", locale="ja")])
    monkeypatch.undo()
    assert engine.status().analysis_version == other


def first_schema():
    """The fields of an index from before documents had a date and words their readings."""
    builder = SchemaBuilder()
    for name in ("id", "digest", "visibility"):
        builder.add_text_field(
            name, stored=name != "visibility", tokenizer_name="raw", index_option="basic"
        )
    for option, fields in (
        ("position", WITH_POSITIONS),
        ("freq", WITH_FREQUENCIES),
        ("basic", TERMS_ONLY),
    ):
        for name in fields:
            if name is not Field.TEXT_READINGS:
                builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for facet in {*Facet} - {Facet.TOP_TOPIC}:
        builder.add_text_field(
            f"facet_{facet}", fast=True, tokenizer_name="raw", index_option="basic"
        )
    return builder.build()


def schema_before_columns():
    """As ``first_schema``, when the date was stored beside the id."""
    builder = SchemaBuilder()
    for name in ("id", "verified_on", "digest", "visibility"):
        builder.add_text_field(
            name, stored=name != "visibility", tokenizer_name="raw", index_option="basic"
        )
    for name in Field:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def written_before_columns(document):
    native = Document()
    for name in ("id", "verified_on", "digest", "visibility"):
        native.add_text(name, getattr(document, name))
    for field, terms in document.fields.items():
        native.add_text(field, " ".join(terms))
    return native


class TestBeforeColumns:
    """What the release wrote that stored ids and dates instead of keeping columns of them."""

    @pytest.fixture
    def old(self, monkeypatch):
        with monkeypatch.context() as before:
            before.setattr(tantivy_index, "to_tantivy", written_before_columns)
            yield before

    def test_its_index_goes_on(self, tmp_path, old):
        old.setattr(embedded_indices, "SCHEMA", schema_before_columns())
        engine = EmbeddedEngine(tmp_path)
        engine.write([document("1", "First", verified_on="2026-11-01"), document("2", "First")])
        assert verified(engine, Term(Field.TITLE, "first")) == {"1": "2026-11-01", "2": ""}

    def test_its_documents_in_a_new_index_are_found(self, tmp_path, old):
        engine = EmbeddedEngine(tmp_path)
        engine.write([document("1", "First")])
        old.undo()
        engine.write([document("2", "First", verified_on="2026-11-02")])
        assert verified(engine, Term(Field.TITLE, "first")) == {"1": "", "2": "2026-11-02"}


def test_an_index_of_an_earlier_release_goes_on(tmp_path, monkeypatch):
    engine = EmbeddedEngine(tmp_path)
    dated = document("1", "First", topics=("10",), verified_on="2026-11-01")
    with monkeypatch.context() as before:
        before.setattr(embedded_indices, "SCHEMA", first_schema())
        engine.write([document("2", "First")])
    engine.write([dated])
    root = Term(Field.TITLE, "first")
    assert verified(engine, root) == {"1": "", "2": ""}
    assert ids(engine, root, filters={Facet.TOPIC: ("10",)}) == ["1"]
    counted = ask(engine, root, facets=(Facet.TOP_TOPIC, Facet.STAGE)).facets
    assert counted == {Facet.TOP_TOPIC: {"10": 1}, Facet.STAGE: {}}
    assert ids(engine, Prefix(Field.TITLE_KEYS, "fir")) == ["1", "2"]
    unknown = Prefix(Field.TEXT_READINGS, "fir")
    assert ids(engine, AnyOf((root, BestOf((unknown,))))) == ["1", "2"]
    assert ids(engine, AllOf((root, unknown))) == ids(engine, unknown) == []
    engine.rebuild("en", [dated]).swap()
    assert verified(engine, root) == {"1": "2026-11-01"}
