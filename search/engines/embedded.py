"""The embedded engine: tantivy, one folder per locale below ``folder``.

``<locale>/<name>/`` holds an index, ``<locale>/current`` names the live one and is replaced
atomically, so that readers in other processes see either the old index or the new one. Writers
take the file lock ``<locale>/lock``: tantivy refuses a second writer at once instead of waiting.
"""

import ctypes
import fcntl
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from math import log
from pathlib import Path
from typing import TypeVar

import tantivy

from search.analysis import ANALYSIS_VERSION
from search.engines.base import (
    TERMS_ONLY,
    WITH_FREQUENCIES,
    WITH_POSITIONS,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Facet,
    Field,
    Hit,
    IndexDocument,
    Similarity,
    Term,
    VectorQuery,
)
from search.engines.matching import matching
from search.engines.stamps import FileStamp, file_stamp
from search.engines.tantivy_query import any_of, compile_query, unknown_fields
from search.engines.vector_store import VectorsDamaged, VectorStores

logger = logging.getLogger(__name__)

T = TypeVar("T")

# One thread and the smallest heap tantivy accepts: a publication is a handful of documents.
WRITER_HEAP_BYTES = 15_000_000
REBUILD_HEAP_BYTES = 100_000_000
REBUILD_BATCH = 500


def limit_malloc_arenas(arenas: int = 2) -> None:
    """Let glibc keep at most so many heaps for threads (``M_ARENA_MAX`` of mallopt(3)).

    Every writer runs in new threads. By default each may get a heap of its own, up to eight for
    each core, whose free memory only threads of that heap can use: a process that writes in many
    small commits grows by the number of commits.
    """
    m_arena_max = -8
    with suppress(AttributeError):  # a C library that knows no arenas
        ctypes.CDLL(None).mallopt(m_arena_max, arenas)


def build_schema() -> tantivy.Schema:
    """The fields of every index. Terms are split at white space, nothing else."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("digest", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("visibility", tokenizer_name="raw", index_option="basic")
    for index_option, fields in (
        ("position", WITH_POSITIONS),
        ("freq", WITH_FREQUENCIES),
        ("basic", TERMS_ONLY),
    ):
        for field in fields:
            builder.add_text_field(field, tokenizer_name="whitespace", index_option=index_option)
    for facet in Facet:
        builder.add_text_field(
            f"facet_{facet}", fast=True, tokenizer_name="raw", index_option="basic"
        )
    builder.add_text_field("verified_on", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = build_schema()


def to_tantivy(document: IndexDocument) -> tantivy.Document:
    """An index document in tantivy's form."""
    native = tantivy.Document()
    native.add_text("id", document.id)
    native.add_text("digest", document.digest)
    native.add_text("visibility", document.visibility)
    for field, terms in document.fields.items():
        if terms:
            native.add_text(field, " ".join(terms))
    for facet, values in document.facets.items():
        for value in values:
            native.add_text(f"facet_{facet}", value)
    if document.verified_on:
        native.add_text("verified_on", document.verified_on)
    return native


def _alternatives(
    searcher: tantivy.Searcher, query: VectorQuery
) -> tuple[list[tuple[str, ...]], list[float]]:
    """The terms that each word of a question may stand as, and what each word weighs: one in
    progress may be finished or go on. Rarity is, as BM25's, of all documents."""
    words: list[tuple[str, ...]] = [(t,) for t in query.terms if t not in query.unfinished]
    if in_progress := tuple(dict.fromkeys((*query.unfinished, *query.completions))):
        words.append(in_progress)
    holding = (sum(searcher.doc_freq(Field.TEXT, term) for term in terms) for terms in words)
    return words, [_rarity(searcher, documents) for documents in holding]


def _rarity(searcher: tantivy.Searcher, holding: int) -> float:
    """BM25's inverse document frequency of a word that so many documents hold; 0 for none of them:
    a signature that seems to hold it is mistaken."""
    holding = min(holding, searcher.num_docs)
    if not holding:
        return 0.0
    return log(1 + (searcher.num_docs - holding + 0.5) / (holding + 0.5))


def _unseen(searcher: tantivy.Searcher, visibilities: Sequence[str]) -> int:
    """At most so many of the documents that frequencies count are not for these visibilities, or
    deleted: frequencies forget a deleted document only when its segment is merged. Every document
    has one visibility."""
    counted = dict(searcher.terms_with_prefix("visibility", ""))
    deleted = sum(counted.values()) - searcher.num_docs
    return deleted + sum(n for name, n in counted.items() if name not in visibilities)


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress, field: str) -> str:
    return str(searcher.doc(address).get_first(field))


def _hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float) -> Hit:
    stored = searcher.doc(address)
    return Hit(str(stored.get_first("id")), score, str(stored.get_first("verified_on") or ""))


def _fill(index: tantivy.Index, documents: Iterable[IndexDocument], heap_bytes: int) -> int:
    """Replace ``documents`` in ``index`` in one commit; the number of them."""
    writer = index.writer(heap_size=heap_bytes, num_threads=1)
    count = 0
    try:
        for document in documents:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(to_tantivy(document))
            count += 1
        writer.commit()
    finally:
        # Dropping a writer before its merges are done loses their files.
        writer.wait_merging_threads()
    return count


def _remove(index: tantivy.Index, ids: Sequence[str]) -> None:
    writer = index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)
    try:
        for identifier in ids:
            writer.delete_documents_by_term("id", identifier)
        writer.commit()
    finally:
        writer.wait_merging_threads()


class _LiveIndex:
    """An open index, reloaded when another process has committed or swapped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._meta = path / "meta.json"  # joining paths takes longer than looking at a file
        self._stamp: FileStamp | None = None
        self.vectors = VectorStores(path)
        with self._reading():
            self.index = tantivy.Index.open(str(path))
            # "manual": tantivy's own file watcher does not survive a fork.
            self.index.config_reader("manual")
            # Its own: an earlier release may have made it. It answers until it has been rebuilt.
            self._schema = self.index.schema
        self._unknown = unknown_fields(self._schema)

    def compiled(self, query: EngineQuery) -> tantivy.Query:
        """A question in this index's terms."""
        return compile_query(self._schema, query, self._unknown)

    def readable(self, visibilities: Sequence[str]) -> tantivy.Query:
        """All that is for these visibilities."""
        return any_of(self._schema, "visibility", visibilities)

    def refresh(self) -> None:
        """See the last commit. Raises EngineUnavailable when the files are bad or gone."""
        with self._reading():
            stamp = file_stamp(self._meta)
            if stamp != self._stamp:
                self.index.reload()
                self._stamp = stamp

    def searcher(self) -> tantivy.Searcher:
        """The index as of the last refresh, on files that are open: no swap takes them away."""
        return self.index.searcher()

    def matches_any(self, query: EngineQuery) -> bool:
        """See Engine.matches_any."""
        with _tantivy_errors():
            return bool(self.searcher().search(self.compiled(query), limit=1, count=False).hits)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            raise EngineUnavailable(f"the index in {self.path.name} cannot be opened") from error


def _facets(
    live: _LiveIndex, searcher: tantivy.Searcher, query: EngineQuery
) -> dict[Facet, dict[str, int]]:
    wanted = {
        facet.value: {"terms": {"field": f"facet_{facet}", "size": 1000}} for facet in query.facets
    }
    answer = searcher.aggregate(live.compiled(replace(query, root=matching(query.root))), wanted)
    return {
        facet: {bucket["key"]: int(bucket["doc_count"]) for bucket in answer[facet]["buckets"]}
        for facet in query.facets
    }


class EmbeddedEngine:
    """tantivy behind the engine contract."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, _LiveIndex] = {}
        self._pointers: dict[str, Path] = {}
        self._names: dict[str, tuple[FileStamp, str]] = {}
        self._open_lock = threading.Lock()
        limit_malloc_arenas()

    # --- reading ------------------------------------------------------------------------------

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine.search. Raises EngineUnavailable when the index cannot be read."""
        live = self._live(query.locale)
        if live is None:
            return EngineResult((), 0, engine=self.name)
        with _tantivy_errors():
            searcher = live.searcher()
            found = searcher.search(
                live.compiled(query),
                limit=max(query.limit, 1),
                offset=query.offset,
                count=query.count_total,
            )
            hits = [_hit(searcher, address, score) for score, address in found.hits]
            facets = _facets(live, searcher, query) if query.facets else {}
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        # The stub file of tantivy 0.27 lacks `count`.
        counted = found.count if query.count_total else None  # type: ignore[attr-defined]
        total = len(hits) + query.offset if counted is None else int(counted)
        return EngineResult(tuple(hits[: query.limit]), total, facets, self.name)

    def nearest(self, query: VectorQuery, limit: int) -> list[Hit]:
        """See Engine.nearest."""
        live = self._live(query.locale)
        if live is None:
            return []
        try:
            store = live.vectors.store(query.space, len(query.vector))
            return store.nearest(query.vector, query.visibilities, limit)
        except VectorsDamaged as error:
            return _without_meaning(error, [])

    def similarities(self, query: VectorQuery, ids: Sequence[str]) -> dict[str, Similarity]:
        """See Engine.similarities."""
        live = self._live(query.locale)
        if live is None or not ids:
            return {}
        with _tantivy_errors():
            words, weights = _alternatives(live.searcher(), query)
        try:
            store = live.vectors.store(query.space, len(query.vector))
            return store.similarities(query.vector, words, weights, ids)
        except VectorsDamaged as error:
            return _without_meaning(error, {})

    def has_documents(self, locale: str) -> bool:
        """Whether there is anything to find in a locale. Raises EngineUnavailable."""
        live = self._live(locale)
        return live is not None and live.searcher().num_docs > 0

    def matches_any(self, query: EngineQuery) -> bool:
        """See Engine.matches_any."""
        live = self._live(query.locale)
        return live is not None and live.matches_any(query)

    def known_terms(
        self, locale: str, terms: Sequence[str], visibilities: Sequence[str]
    ) -> frozenset[str]:
        """See Engine.known_terms."""
        live = self._live(locale)
        if live is None:
            return frozenset()
        with _tantivy_errors():
            searcher = live.searcher()
            unseen = _unseen(searcher, visibilities)

            def is_known(term: str) -> bool:
                documents = searcher.doc_freq(Field.TEXT, term)
                if not 0 < documents <= unseen:  # in none, or in more than could be others'
                    return documents > 0
                query = EngineQuery(Term(Field.TEXT, term), locale, tuple(visibilities))
                return live.matches_any(query)

            return frozenset(filter(is_known, terms))

    def completions(
        self, locale: str, beginning: str, visibilities: Sequence[str], limit: int
    ) -> tuple[str, ...]:
        """See Engine.completions."""
        live = self._live(locale)
        if live is None:
            return ()
        with _tantivy_errors():
            readable = live.readable(visibilities)
            found = live.searcher().terms_with_prefix(
                Field.TEXT, beginning, filter_query=readable, limit=limit
            )
        return tuple(term for term, documents in found if documents)

    def digests(self, locale: str) -> dict[str, str]:
        """See Engine.digests."""
        live = self._live(locale)
        if live is None:
            return {}
        with _tantivy_errors():
            searcher = live.searcher()
            found = searcher.search(
                tantivy.Query.all_query(), limit=max(searcher.num_docs, 1), count=False
            )
            return {
                _stored(searcher, address, "id"): _stored(searcher, address, "digest")
                for _, address in found.hits
            }

    def status(self) -> EngineStatus:
        """See Engine.status."""
        documents: dict[str, int] = {}
        problems, damage = [], []
        versions = set()
        for locale in self._locales():
            try:
                live = self._live(locale)
            except EngineUnavailable as error:
                problems.append(f"{locale}: {error}")
                continue
            if live is not None:
                documents[locale] = live.searcher().num_docs
                versions.add(live.path.name.partition("_")[0])
                # Search goes on without vectors; the problem has the index rebuilt.
                if problem := live.vectors.problem():
                    damage.append(f"{locale}: {problem}")
        return EngineStatus(
            engine=self.name,
            available=not problems,
            documents=documents,
            analysis_version=min(versions - {ANALYSIS_VERSION}, default=ANALYSIS_VERSION),
            index_bytes=_folder_bytes(self.folder),
            problem="; ".join(problems + damage),
        )

    # --- writing ------------------------------------------------------------------------------

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Engine.write. One commit for each locale that occurs."""
        for locale in {document.locale for document in documents}:
            batch = [document for document in documents if document.locale == locale]
            with self._locked(locale), _tantivy_errors():
                live = self._live_or_new(locale)
                _fill(live.index, batch, WRITER_HEAP_BYTES)
                live.vectors.write(batch)

    def delete(self, locale: str, ids: Sequence[str], version: int) -> None:
        """See Engine.delete."""
        if not ids or self._live(locale) is None:
            return
        with self._locked(locale), _tantivy_errors():
            live = self._live_or_new(locale)
            _remove(live.index, ids)
            live.vectors.delete(ids)

    def rebuild(self, locale: str, documents: Iterable[IndexDocument]) -> "EmbeddedRebuild":
        """See Engine.rebuild."""
        return EmbeddedRebuild(self, locale, documents)

    # --- folders ------------------------------------------------------------------------------

    def locale_folder(self, locale: str) -> Path:
        """The folder of one locale's indices, for this user's eyes only."""
        folder = self.folder / locale
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        return folder

    def _locales(self) -> list[str]:
        # os.walk passes over what cannot be read; Path.glob may raise.
        _, names, _ = next(os.walk(self.folder), ("", [], []))
        return sorted(names)

    def _live_name(self, locale: str) -> str | None:
        path = self._pointers.get(locale)
        if path is None:
            path = self._pointers.setdefault(locale, self.folder / locale / "current")
        try:
            stamp = file_stamp(path)
            if self._names.get(locale, (None,))[0] != stamp:
                self._names[locale] = (stamp, path.read_text(encoding="utf-8").strip())
            return self._names[locale][1]
        except FileNotFoundError:
            return None
        except (UnicodeDecodeError, OSError) as error:
            raise EngineUnavailable("the name of the live index cannot be read") from error

    def _live(self, locale: str) -> _LiveIndex | None:
        """The live index as of now. Raises EngineUnavailable when it cannot be opened."""
        name = self._live_name(locale)
        if name is None:
            return None
        try:
            return self._opened(locale, name)
        except EngineUnavailable:
            # Swaps since the name was read may have dropped its folder.
            newer = self._live_name(locale)
            if newer is None or newer == name:
                raise
            return self._opened(locale, newer)

    def _opened(self, locale: str, name: str) -> _LiveIndex:
        live = self._open.get(locale)
        if live is None or live.path.name != name:
            with self._open_lock:
                live = _LiveIndex(self.folder / locale / name)
                self._open[locale] = live
        live.refresh()
        return live

    def _live_or_new(self, locale: str) -> _LiveIndex:
        live = self._live(locale)
        if live is not None:
            return live
        path = self.new_folder(locale)
        tantivy.Index(SCHEMA, path=str(path))
        self.point_to(locale, path)
        return self._opened(locale, path.name)

    def new_folder(self, locale: str) -> Path:
        """A fresh, empty index folder; its name carries the analysis version."""
        path = self.locale_folder(locale) / f"{ANALYSIS_VERSION}_{time.time_ns()}"
        path.mkdir(mode=0o700)
        return path

    def point_to(self, locale: str, path: Path) -> None:
        """Make ``path`` the live index, atomically."""
        folder = self.locale_folder(locale)
        temporary = folder / f"current.{os.getpid()}"
        temporary.write_text(path.name, encoding="utf-8")
        temporary.replace(folder / "current")

    @contextmanager
    def _locked(self, locale: str) -> Iterator[None]:
        with (self.locale_folder(locale) / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def replace_live(self, locale: str, path: Path) -> None:
        """Point to ``path`` and drop the others of the locale, but for the one live until now.

        A reader may have read that one's name and be about to open it.
        """
        with self._locked(locale):
            kept = {path.name}
            # Where the name cannot be read nobody is about to open it.
            with suppress(EngineUnavailable):
                kept.add(self._live_name(locale) or path.name)
            self.point_to(locale, path)
            for other in self.locale_folder(locale).iterdir():
                if other.is_dir() and other.name not in kept:
                    # A reader that still holds it keeps its open files; the names may go.
                    shutil.rmtree(other, ignore_errors=True)


class EmbeddedRebuild:
    """A new index folder, filled beside the live one."""

    def __init__(
        self, engine: EmbeddedEngine, locale: str, documents: Iterable[IndexDocument]
    ) -> None:
        self._engine = engine
        self._locale = locale
        with _tantivy_errors():
            self._path = engine.new_folder(locale)
        try:
            with _tantivy_errors():
                self._index = tantivy.Index(SCHEMA, path=str(self._path))
                self._vectors = VectorStores(self._path)
                self._fill(iter(documents))
        except BaseException:
            self.discard()
            raise

    def _fill(self, documents: Iterator[IndexDocument]) -> None:
        writer = self._index.writer(heap_size=REBUILD_HEAP_BYTES, num_threads=1)
        try:
            while batch := list(islice(documents, REBUILD_BATCH)):
                for document in batch:
                    writer.add_document(to_tantivy(document))
                if any(document.vectors for document in batch):
                    self._vectors.write(batch)
            writer.commit()
        finally:
            writer.wait_merging_threads()

    @property
    def documents(self) -> int:
        """The number of documents in the new index."""
        self._index.reload()
        return self._index.searcher().num_docs

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """See Rebuild.write."""
        with _tantivy_errors():
            _fill(self._index, documents, WRITER_HEAP_BYTES)
            self._vectors.write(documents)

    def delete(self, ids: Sequence[str]) -> None:
        """See Rebuild.delete."""
        with _tantivy_errors():
            _remove(self._index, ids)
            self._vectors.delete(ids)

    def swap(self) -> None:
        """See Rebuild.swap."""
        self._engine.replace_live(self._locale, self._path)

    def discard(self) -> None:
        """See Rebuild.discard."""
        # What cannot be removed now goes with the next swap.
        shutil.rmtree(self._path, ignore_errors=True)


def _without_meaning(error: VectorsDamaged, answer: T) -> T:
    """``answer``: search goes on by words until the rebuild that the status asks for."""
    logger.warning("meaning is left out: %s", error)
    return answer


@contextmanager
def _tantivy_errors() -> Iterator[None]:
    """Turn what tantivy and the vectors' files raise into EngineUnavailable.

    Its panics are BaseExceptions that would otherwise end a worker; a query that panics is a
    fault of ours and is logged with its trace.
    """
    try:
        yield
    except VectorsDamaged as error:
        raise EngineUnavailable(str(error)) from error
    except (ValueError, OSError) as error:
        logger.exception("tantivy refused")
        raise EngineUnavailable(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        logger.exception("tantivy panicked")
        raise EngineUnavailable("the embedded index panicked") from error


def _folder_bytes(folder: Path) -> int:
    """The size of all files; those that a merge or a swap removes meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(parent, name).stat().st_size
    return total
