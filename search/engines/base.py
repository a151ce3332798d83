"""The contract every engine keeps: documents in, query trees in, ids and scores out.

Nothing here knows an engine. Text has been analysed before it comes here (``search.analysis``);
engines split a field's terms at spaces and do nothing else to them, so that all of them see the
same tokens.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class EngineUnavailable(Exception):
    """The engine cannot answer now: down, too slow, refused the credentials, or out of order."""


class DocumentRejected(Exception):
    """The engine is well but does not take a document; trying again changes nothing."""


class Field(StrEnum):
    """The searchable fields of a document; each is a sequence of terms."""

    TITLE = "title"
    QUESTIONS = "questions"  # the lines of "also asked as"
    SUMMARY = "summary"  # the short answer
    LABELS = "labels"  # tags, topic titles, product, audience
    HEADINGS = "headings"
    BODY = "body"
    TEXT = "text"  # the whole article as one bag: title and questions twice, then the rest
    WORDS = "words"  # the words of title and questions as they are spelt, for prefixes and typos
    READINGS = "readings"  # reading keys of title and questions, over windows of tokens
    TITLE_KEYS = "title_keys"  # whole title and question phrases, folded to one term each
    TEXT_READINGS = "text_readings"  # reading keys of single words of summary and body
    SPELLINGS = "spellings"  # Japanese words behind how they are read: kousoku|高速


# The fields whose terms TEXT holds as well.
WITHIN_TEXT = (Field.TITLE, Field.QUESTIONS, Field.SUMMARY, Field.BODY)
# How much an index keeps of each field: places in the text, how often, or only that it is there.
WITH_POSITIONS = (Field.TITLE, Field.QUESTIONS, Field.SUMMARY, Field.BODY, Field.TEXT)
WITH_FREQUENCIES = (Field.LABELS, Field.HEADINGS)
TERMS_ONLY = (
    Field.WORDS,
    Field.READINGS,
    Field.TITLE_KEYS,
    Field.TEXT_READINGS,
    Field.SPELLINGS,
)
# The fields whose terms are listed and not searched: an engine that lists none has no use for them.
LISTED_ONLY = (Field.SPELLINGS,)
# The fields whose terms are found by their beginnings while somebody types.
WITH_PREFIXES = (Field.TEXT, *TERMS_ONLY)


class Facet(StrEnum):
    """What results are filtered and counted by; every value is one opaque string."""

    TOPIC = "topic"  # page ids of all topics above the article
    TOP_TOPIC = "top_topic"  # of the highest one alone: one to count for each article
    PRODUCT = "product"
    AUDIENCE = "audience"
    STAGE = "stage"


class VectorKind(IntEnum):
    """What a vector was made of."""

    TITLE = 0  # the title, or a line of "also asked as"
    PASSAGE = 1


@dataclass(frozen=True, slots=True, eq=False)
class ArticleVectors:
    """The vectors of one article, quantised: row × scale is a vector of length 1.

    ``space``: the model they belong to; ``kinds``: (n,); ``values``: (n, dimensions);
    ``scales``: (n,); ``signatures``: (n, 8), which terms each row's text holds
    (``search.engines.signatures``).
    """

    space: str
    kinds: NDArray[np.uint8]
    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    signatures: NDArray[np.uint64]

    @classmethod
    def quantised(
        cls,
        space: str,
        kinds: Sequence[VectorKind],
        vectors: NDArray[np.float32],
        signatures: Sequence[NDArray[np.uint64]],
    ) -> "ArticleVectors":
        """Eight bits a number, scaled so that each row's largest one is 127."""
        scales = np.maximum(np.abs(vectors).max(axis=1), np.finfo(np.float32).tiny) / 127
        return cls(
            space,
            np.array(kinds, np.uint8),
            np.round(vectors / scales[:, None]).astype(np.int8),
            scales.astype(np.float32),
            np.array(signatures, np.uint64),
        )

    @property
    def dimensions(self) -> int:
        """The numbers of each vector."""
        return int(self.values.shape[1])

    def restored(self) -> NDArray[np.float32]:
        """The vectors, as nearly as eight bits hold them."""
        return self.values.astype(np.float32) * self.scales[:, None]


class Similarity(NamedTuple):
    """How near an article is to a question.

    ``title`` and ``passage``: cosine with its title or a question phrase, and with a passage; the
    best of each, -1 where there is none. ``coverage``: the share of the question's terms, weighed
    by their rarity, that one passage (or phrase) holds. ``best_passage``: the number of the passage
    that does best in cosine and coverage together, None where there is none or it is not known.
    """

    title: float
    passage: float
    coverage: float = 0.0
    best_passage: int | None = None

    @property
    def cosine(self) -> float:
        """The best of all."""
        return max(self.title, self.passage)


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One live article in one locale, analysed.

    ``fields`` maps a field to its terms in reading order. A term holds no white space of any
    kind and at most ``MAX_TERM_LENGTH`` characters. ``version`` grows with every change (the
    outbox number); one consumer feeds an index in that order, and writing a version twice changes
    nothing. ``digest`` is the content's hash, which the drift check compares.
    """

    id: str
    locale: str
    visibility: str
    version: int
    digest: str
    fields: Mapping[Field, tuple[str, ...]]
    facets: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    verified_on: str = ""  # ISO date, empty when never
    vectors: ArticleVectors | None = None  # None until the worker has made them


MAX_TERM_LENGTH = 200  # Elasticsearch's whitespace tokenizer cuts at 255 characters


# --- the query tree ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """Documents whose field holds the term, scored by BM25 × boost."""

    field: Field
    term: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two or more terms near each other: ``slop`` is the number of moves allowed. BM25 × boost."""

    field: Field
    terms: tuple[str, ...]
    slop: int = 0
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Documents with a term that starts so; every one scores ``score``."""

    field: Field
    prefix: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Documents with a term at most ``distance`` edits away (a transposition is one).

    Every match scores ``score``.
    """

    field: Field
    term: str
    distance: int = 1
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class FuzzyPrefix:
    """Documents with a term that starts so, but for one edit; every one scores ``score``."""

    field: Field
    prefix: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least ``minimum`` of the clauses; their scores are added."""

    clauses: tuple["Node", ...]
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every clause of ``required``; ``optional`` ones only add to the score."""

    required: tuple["Node", ...]
    optional: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class BestOf:
    """At least one clause: the best score plus ``tie_breaker`` × the others."""

    clauses: tuple["Node", ...]
    tie_breaker: float = 0.0


@dataclass(frozen=True, slots=True)
class Ids:
    """The documents with these ids; every one scores ``score``."""

    ids: tuple[str, ...]
    score: float = 1.0


Node = Term | Phrase | Prefix | Fuzzy | FuzzyPrefix | AnyOf | AllOf | BestOf | Ids


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """One question to an engine, in one locale.

    ``visibilities`` are those the viewer may read; ``filters`` keep documents that have one of
    the values of every facet named; ``facets`` are the ones to count (over all matches).
    """

    root: Node
    locale: str
    visibilities: tuple[str, ...]
    limit: int = 10
    offset: int = 0
    filters: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    facets: tuple[Facet, ...] = ()
    count_total: bool = True  # False: ``total`` may be a lower bound


@dataclass(frozen=True, slots=True, eq=False)
class VectorQuery:
    """A question's vector (of length 1), the space it belongs to, its terms, and what the viewer
    may read. ``unfinished``: those of the terms that a word still being typed would be if it ended
    here; ``completions``: what it may become."""

    space: str
    vector: NDArray[np.float32]
    terms: tuple[str, ...]
    locale: str
    visibilities: tuple[str, ...]
    unfinished: frozenset[str] = frozenset()
    completions: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A document found; a higher score is better, equal scores come in id order.

    ``verified_on``: the document's, where a search of the tree found it in an index that keeps
    it; else empty.
    """

    id: str
    score: float
    verified_on: str = ""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """Hits in order, the number of all matches, and documents per facet value."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    engine: str = ""
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What an engine says of itself: documents per locale, size, and trouble in words."""

    engine: str
    available: bool
    documents: Mapping[str, int]
    analysis_version: str
    index_bytes: int
    problem: str = ""


class Engine(Protocol):
    """An index per locale and the ways to ask, feed and replace it.

    Every method raises EngineUnavailable when the engine cannot answer, ``status`` excepted.
    """

    name: str

    def search(self, query: EngineQuery) -> EngineResult:
        """Answer a query tree. A locale without an index has no matches."""

    def known_terms(
        self, locale: str, terms: Sequence[str], visibilities: Sequence[str]
    ) -> frozenset[str]:
        """Those of ``terms`` that some document of these visibilities holds in its text."""

    def completions(
        self,
        locale: str,
        beginning: str,
        visibilities: Sequence[str],
        limit: int,
        field: Field = Field.TEXT,
    ) -> Mapping[str, int]:
        """The terms that most documents of these visibilities hold in that field, of those that
        begin so, and how many hold each; most frequent first. Where each is in more documents than
        others can read alone, theirs may count too. None where the engine cannot list them."""

    def matches_any(self, query: EngineQuery) -> bool:
        """Whether a query tree has any match."""

    def nearest(self, query: VectorQuery, limit: int) -> Sequence[Hit]:
        """The documents nearest in meaning, best first; scores are cosines. May be approximate.

        Empty where the index holds no vectors of that space.
        """

    def similarities(self, query: VectorQuery, ids: Sequence[str]) -> Mapping[str, Similarity]:
        """How near in meaning each of the documents is; those without vectors are left out."""

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """Add or replace documents; they are searchable when this returns.

        Raises DocumentRejected when one of them cannot be indexed; the others may be in or not.
        """

    def delete(self, locale: str, ids: Sequence[str], version: int) -> None:
        """Remove documents; absent ones are no error. Gone when this returns."""

    def rebuild(self, locale: str, documents: Iterable[IndexDocument]) -> "Rebuild":
        """Fill a new index for ``locale`` beside the live one; searches still see the live one."""

    def digests(self, locale: str) -> dict[str, str]:
        """``{id: digest}`` of every document in the live index: what the drift check compares."""

    def status(self) -> EngineStatus:
        """Never raises: an engine that is down says so."""


class Rebuild(Protocol):
    """A filled index that is not live yet. ``write`` and ``delete`` catch it up first."""

    @property
    def documents(self) -> int:
        """The number of documents in the new index."""

    def write(self, documents: Sequence[IndexDocument]) -> None:
        """Add or replace documents in the new index."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove documents from the new index."""

    def swap(self) -> None:
        """Make the new index live at once and drop the old one."""

    def discard(self) -> None:
        """Drop the new index; the live one stays."""
