"""A tantivy index with the vectors beside it: open for reading, written to commit by commit.

What tantivy raises becomes EngineUnavailable.
"""

import ctypes
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from search.engines.base import EngineQuery, EngineUnavailable, Facet, Field, IndexDocument
from search.engines.stamps import FileStamp, file_stamp
from search.engines.tantivy_query import any_of, compile_query, has_field, unknown_fields
from search.engines.tantivy_schema import NUMBER, to_tantivy
from search.engines.vector_store import VectorsDamaged, VectorStores

logger = logging.getLogger(__name__)

# One thread and the smallest heap tantivy accepts: a publication is a handful of documents.
WRITER_HEAP_BYTES = 15_000_000


class LiveIndex:
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
        self.has_columns = self._has_columns()
        self._has_top_topics = has_field(self._schema, f"facet_{Facet.TOP_TOPIC}")

    def compiled(self, searcher: tantivy.Searcher, query: EngineQuery) -> tantivy.Query:
        """A question in this index's terms."""
        return compile_query(self._schema, searcher, query, self._unknown)

    def has(self, field: Field) -> bool:
        """Whether the index has the field; one that an earlier release made may not."""
        return field not in self._unknown

    def facet_column(self, facet: Facet) -> str:
        """Where the values of a facet stand. The highest topic is one of all that are above, in an
        index that has it nowhere else."""
        if facet is Facet.TOP_TOPIC and not self._has_top_topics:
            facet = Facet.TOPIC
        return f"facet_{facet}"

    def _has_columns(self) -> bool:
        """Whether hits can be read from columns: not in an index that an earlier release made."""
        try:
            self.searcher().fast_field_values(NUMBER, [])
        except ValueError:
            return False
        return True

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
        with tantivy_errors():
            searcher = self.searcher()
            found = searcher.search(self.compiled(searcher, query), limit=1, count=False)
        return bool(found.hits)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            raise EngineUnavailable(f"the index in {self.path.name} cannot be opened") from error


def fill(index: tantivy.Index, documents: Iterable[IndexDocument]) -> None:
    """Replace ``documents`` in ``index`` in one commit."""
    writer = index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)
    try:
        for document in documents:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(to_tantivy(document))
        writer.commit()
    finally:
        # Dropping a writer before its merges are done loses their files.
        writer.wait_merging_threads()


def remove(index: tantivy.Index, ids: Sequence[str]) -> None:
    """Delete these documents from ``index`` in one commit."""
    writer = index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)
    try:
        for identifier in ids:
            writer.delete_documents_by_term("id", identifier)
        writer.commit()
    finally:
        writer.wait_merging_threads()


def limit_malloc_arenas(arenas: int = 2) -> None:
    """Let glibc keep at most so many heaps for threads (``M_ARENA_MAX`` of mallopt(3)).

    Every writer runs in new threads. By default each may get a heap of its own, up to eight for
    each core, whose free memory only threads of that heap can use: a process that writes in many
    small commits grows by the number of commits.
    """
    m_arena_max = -8
    with suppress(AttributeError):  # a C library that knows no arenas
        ctypes.CDLL(None).mallopt(m_arena_max, arenas)


@contextmanager
def tantivy_errors() -> Iterator[None]:
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
