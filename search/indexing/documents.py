"""From articles to index documents, batch by batch."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from search.analysis.index_terms import field_terms
from search.engines.base import ArticleVectors, Facet, Field, IndexDocument
from search.indexing.analysers import Analyser, Answer
from search.indexing.sources import ArticleSource, Sources, load_sources
from search.indexing.stored_texts import forget_texts, fresh_terms, store_terms
from search.indexing.terms import (
    Failure,
    PackedTerms,
    Texts,
    analyse_texts,
    digest_of,
    unpack_content,
    unpack_terms,
)
from search.indexing.vectors import mark, stored_vectors

BATCH_SIZE = 200

Wanted = Mapping[int, int]  # article id → version of the document to make


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of the articles asked for. ``absent``: not eligible, to be removed."""

    documents: list[IndexDocument] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    failed: dict[int, Failure] = field(default_factory=dict)


def build_document(source: ArticleSource, version: int = 0) -> IndexDocument:
    """The document of one source, analysed here and now; nothing is read or stored."""
    return to_document(source, analyse_texts(source.texts), version)


def to_document(
    source: ArticleSource,
    packed: PackedTerms,
    version: int,
    vectors: ArticleVectors | None = None,
) -> IndexDocument:
    """The document of a source whose texts have been analysed."""
    return IndexDocument(
        id=str(source.id),
        locale=source.texts.locale,
        visibility=source.visibility,
        version=version,
        digest=document_digest(
            source.digest, mark(vectors.space, vectors.dimensions) if vectors else ""
        ),
        fields=_fields(source, packed),
        facets={
            Facet.TOPIC: source.topic_ids,
            Facet.TOP_TOPIC: _values(source.top_topic_id),
            Facet.PRODUCT: _values(source.product),
            Facet.AUDIENCE: _values(source.audience),
            Facet.STAGE: _values(source.stage),
        },
        verified_on=source.verified_on,
        vectors=vectors,
    )


def document_digest(source_digest: str, vectors_mark: str) -> str:
    """Hash of what the index holds: a document whose vectors are missing has drifted as well."""
    return digest_of(source_digest, vectors_mark) if vectors_mark else source_digest


def _values(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _fields(source: ArticleSource, packed: PackedTerms) -> dict[Field, tuple[str, ...]]:
    texts = source.texts
    short = unpack_terms(packed.terms)
    title = unpack_content(packed.title_tokens, texts.title)
    summary = unpack_content(packed.summary_tokens, texts.summary)
    body = unpack_content(packed.body_tokens, texts.body)
    labels = tuple(t for label in source.labels for t in field_terms(label, texts.locale))
    questions = short[Field.QUESTIONS]
    return {
        **short,
        Field.TITLE: title,
        Field.SUMMARY: summary,
        Field.LABELS: labels,
        Field.BODY: body,
        # Headings are lines of the body already. What counts twice does not stand twice in a row:
        # its end and its beginning would be a phrase.
        Field.TEXT: title + questions + summary + body + title + questions,
    }


def build_batches(chunks: Iterable[Wanted], analyser: Analyser) -> Iterator[Batch]:
    """One batch for each chunk, in order; chunks are read ahead as far as the analyser wants.

    Texts that were analysed before are not analysed again; new ones are stored. Stored texts of
    articles that may no longer be indexed are dropped.
    """
    under_way: deque[_Chunk] = deque()
    for wanted in chunks:
        under_way.append(_Chunk(wanted, analyser))
        if len(under_way) > analyser.lookahead:
            yield under_way.popleft().batch()
    while under_way:
        yield under_way.popleft().batch()


class _Chunk:
    """Some articles on their way: read at once, analysed in the background, built at last."""

    def __init__(self, wanted: Wanted, analyser: Analyser) -> None:
        self._wanted = wanted
        self._sources: Sources = load_sources(wanted)
        digests = {pk: source.texts.digest for pk, source in self._sources.found.items()}
        self._terms = fresh_terms(digests)
        self._vectors = stored_vectors(digests)
        self._stale = [pk for pk in self._sources.found if pk not in self._terms]
        self._answer: Answer = analyser.start([self._sources.found[pk].texts for pk in self._stale])

    def batch(self) -> Batch:
        failed = dict(self._sources.failed)
        analysed: dict[int, tuple[Texts, PackedTerms]] = {}
        for pk, outcome in zip(self._stale, self._answer(), strict=True):
            if isinstance(outcome, Failure):
                failed[pk] = outcome
            else:
                self._terms[pk] = outcome
                analysed[pk] = (self._sources.found[pk].texts, outcome)
        store_terms(analysed)
        documents = [
            to_document(source, self._terms[pk], self._wanted[pk], self._vectors.get(pk))
            for pk, source in self._sources.found.items()
            if pk in self._terms
        ]
        known = self._sources.found.keys() | self._sources.failed.keys()
        absent = [pk for pk in self._wanted if pk not in known]
        forget_texts(absent)
        return Batch(documents, absent, failed)
