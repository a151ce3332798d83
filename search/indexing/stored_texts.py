"""Stored texts: what was analysed once, for highlights, rebuilds and further indexes."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from search.analysis import ANALYSIS_VERSION
from search.indexing.models import ArticleText
from search.indexing.prepared import Prepared
from search.indexing.terms import PackedTerms, TermPlace, Texts, find_tokens, unpack_tokens

Span = tuple[int, int]


@dataclass(frozen=True)
class StoredText:
    """One article's text as it was last analysed; tokens are decoded when first asked for.

    Tokens are ``(term, start, end)`` in reading order, content words only, offsets in
    characters. They are written with the text they belong to; there are none where an earlier
    release has written them. ``passages`` are start and end of what was embedded of the body, none
    before it was.
    """

    title: str
    body: str
    packed_title: bytes
    packed_body: bytes
    passages: tuple[Span, ...] = ()

    @cached_property
    def title_tokens(self) -> list[TermPlace]:
        """The tokens of ``title``."""
        return unpack_tokens(self.packed_title, self.title)

    @cached_property
    def body_tokens(self) -> list[TermPlace]:
        """The tokens of ``body``."""
        return unpack_tokens(self.packed_body, self.body) if self.packed_body else []

    def body_matches(self, terms: Collection[str], within: Span | None = None) -> list[TermPlace]:
        """Those of ``body_tokens`` whose term is one of ``terms``, that begin ``within`` a part of
        the body; an empty term stands for others between two of them."""
        return find_tokens(self.packed_body, terms, within)


def stored_texts(article_ids: Iterable[int]) -> dict[int, StoredText]:
    """The stored texts of the articles, in one query."""
    return {
        row.pk: StoredText(
            row.title,
            row.body,
            bytes(row.title_tokens),
            bytes(row.body_tokens),
            _passages(row.passages) if row.embedded == row.digest else (),
        )
        for row in map(_Row._make, _ROWS.rows(list(article_ids)))
    }


class _Row(NamedTuple):
    """What is read of a text. ``embedded``: the digest of the text that the passages are of."""

    pk: int
    title: str
    body: str
    title_tokens: bytes
    body_tokens: bytes
    digest: str
    embedded: str | None
    passages: str | None


def _rows(article_ids: Sequence[int]) -> QuerySet[ArticleText, Any]:
    vectors = {
        "embedded": F("vectors__for_digest"),
        "passages": Cast("vectors__passages", TextField()),
    }
    texts = ArticleText.objects.filter(pk__in=article_ids)
    return texts.annotate(**vectors).values_list(*_Row._fields)


_ROWS = Prepared(_rows)


def _passages(stored: str | None) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in json.loads(stored or "[]"))


def fresh_terms(digests: Mapping[int, str]) -> dict[int, PackedTerms]:
    """The stored terms of those articles whose text digest still is the one given. One query."""
    rows = ArticleText.objects.filter(pk__in=list(digests)).values_list(
        "pk", "digest", "title_tokens", "summary_tokens", "body_tokens", "terms"
    )
    return {
        pk: PackedTerms(*map(bytes, packed))
        for pk, digest, *packed in rows
        if digest == digests[pk]
    }


def store_terms(analysed: Mapping[int, tuple[Texts, PackedTerms]]) -> None:
    """Add or replace the stored texts. An article deleted meanwhile is left out."""
    rows = [
        ArticleText(
            article_id=article_id,
            locale=texts.locale,
            digest=texts.digest,
            analysis_version=ANALYSIS_VERSION,
            title=texts.title,
            summary=texts.summary,
            body=texts.body,
            title_tokens=packed.title_tokens,
            summary_tokens=packed.summary_tokens,
            body_tokens=packed.body_tokens,
            terms=packed.terms,
        )
        for article_id, (texts, packed) in analysed.items()
    ]
    try:
        _upsert(rows)
    except IntegrityError:
        # One of the articles has been deleted since it was read: the others one by one.
        for row in rows:
            with suppress(IntegrityError):
                _upsert([row])


@transaction.atomic
def _upsert(rows: list[ArticleText]) -> None:
    ArticleText.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=[
            "locale",
            "digest",
            "analysis_version",
            "title",
            "summary",
            "body",
            "title_tokens",
            "summary_tokens",
            "body_tokens",
            "terms",
            "updated_at",
        ],
    )


def forget_texts(article_ids: Iterable[int]) -> None:
    """Drop the stored texts of articles that may no longer be indexed."""
    ArticleText.objects.filter(pk__in=list(article_ids)).delete()
