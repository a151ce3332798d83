"""Ids to what a reader sees: titles, highlights, excerpts, answers; access checked again.

Between indexing and reading an article may have been unpublished, moved, expired, deleted or made
private. ``readable`` looks at the database of this moment; what it does not return is not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from kb.models import Stage, Topic
from search import engines
from search.analysis import analyse, readings
from search.engines.base import (
    AllOf,
    AnyOf,
    EngineQuery,
    EngineUnavailable,
    Facet,
    Field,
    Hit,
    Ids,
    Similarity,
)
from search.indexing.eligibility import ROOT_TOPIC_DEPTH, ReadableArticle, readable
from search.indexing.prepared import Prepared
from search.indexing.stored_texts import StoredText, stored_texts
from search.query.highlight import (
    TermPlace,
    excerpt,
    merged,
    prefix_spans,
    term_spans,
)
from search.query.passages import best_passages
from search.query.synonyms import word_clauses
from search.query.understand import Question
from search.query.values import (
    FacetValue,
    Highlighted,
    Result,
    SearchRequest,
    Span,
    Suggestion,
    SuggestionKind,
)

# Of results, those that are seen without scrolling.
TITLES_SEEN = 3


def present_suggestions(
    request: SearchRequest, question: Question, hits: Iterable[Hit], limit: int
) -> tuple[Suggestion, ...]:
    """The first ``limit`` hits the viewer may read now. Two SQL queries."""
    found = _readable_in_order(request, hits)[:limit]
    return tuple(_suggestion(question, article) for article in found)


def _suggestion(question: Question, article: ReadableArticle) -> Suggestion:
    answers = _answers(question, article)
    return Suggestion(
        kind=SuggestionKind.ANSWER if answers else SuggestionKind.ARTICLE,
        id=str(article.id),
        title=highlight_title(question, article.title, in_progress=True),
        url=article.url,
        topic=article.topic,
        answer=article.short_answer if answers else "",
    )


def present_results(
    request: SearchRequest,
    question: Question,
    hits: Iterable[Hit],
    similarities: Mapping[str, Similarity],
) -> tuple[Result, ...]:
    """The hits the viewer may read now, with excerpts; ``similarities``: what is known of their
    passages. Three SQL queries."""
    found = _readable_in_order(request, hits)
    ids = [article.id for article in found]
    texts = stored_texts(ids)
    places = best_passages(texts, similarities)
    return tuple(
        _result(question, article, texts.get(article.id), places.get(article.id))
        for article in found
    )


def answer_box(question: Question, results: Iterable[Result], page: int) -> Result | None:
    """The first result when its short answer answers the question; first page only."""
    first = next(iter(results), None)
    if first is None or page > 1 or not first.answer:
        return None
    return first if _covered(question, first.title.text, first.answer) else None


def is_named(request: SearchRequest, question: Question, results: Sequence[Result]) -> bool:
    """Whether a question of one word names what one of the first results is about, in its title,
    another way to ask it or its labels: who says no more than that asks for nothing else."""
    seen = results[:TITLES_SEEN]
    if not question.is_one_word or not seen:
        return False
    if any(_speak_of_all(question, result.title.text) for result in seen):
        return True
    fields = (
        AllOf(tuple(word_clauses(question.distinct_terms, question.synonyms, field, 1.0)))
        for field in (Field.QUESTIONS, Field.LABELS)
    )
    root = AllOf((Ids(tuple(result.id for result in seen)), AnyOf(tuple(fields))))
    visibilities = tuple(str(visibility) for visibility in request.viewer.visibilities)
    with suppress(EngineUnavailable):  # lost since the search itself
        return engines.current().matches_any(EngineQuery(root, question.locale, visibilities))
    return False


def _readable_in_order(request: SearchRequest, hits: Iterable[Hit]) -> list[ReadableArticle]:
    ids = [int(hit.id) for hit in hits]
    if not ids:
        return []
    open_now = readable(ids, request.viewer)
    return [open_now[pk] for pk in ids if pk in open_now and open_now[pk].locale == request.locale]


def _result(
    question: Question,
    article: ReadableArticle,
    text: StoredText | None,
    place: Span | None,
) -> Result:
    # As it was analysed for the index, where it still is the same title. Stop words are not kept.
    is_stored = text is not None and text.title == article.title and question.has_content
    tokens = text.title_tokens if text and is_stored else None
    return Result(
        id=str(article.id),
        title=highlight_title(question, article.title, tokens),
        url=article.url,
        topic=article.topic,
        excerpt=body_excerpt(question, text, place) if text else Highlighted(""),
        visibility=article.visibility,
        verified_on=article.verified_on.isoformat() if article.verified_on else "",
        answer=article.short_answer,
        locale=article.locale,
    )


def body_excerpt(question: Question, text: StoredText, place: Span | None) -> Highlighted:
    """The lines of a body that speak most of the question; ``place``: the passage to look in."""
    places = text.body_matches(question.may_be_marked)
    return excerpt(text.body, places, question.marked_in(term for term, _, _ in places), place)


# --- highlights -------------------------------------------------------------------------------


@lru_cache(maxsize=5_000)
def _tokens(text: str) -> tuple[TermPlace, ...]:
    return tuple((token.term, token.start, token.end) for token in analyse(text, "").tokens)


def highlight_title(
    question: Question,
    title: str,
    tokens: Sequence[TermPlace] | None = None,
    *,
    in_progress: bool = False,
) -> Highlighted:
    """``title`` with the question's words marked; in progress also what begins like the last word,
    or, where no word is the same, what is read like the whole. ``tokens``: the title's, if they
    are known."""
    tokens = _tokens(title) if tokens is None else tokens
    spans = term_spans(tokens, question.marked_in(term for term, _, _ in tokens))
    if in_progress:
        spans += prefix_spans(title, tokens, question.last_word)
        if not spans and (keys := readings.typed_keys(question.text)):
            span = readings.span_read_as(title, keys)
            spans = [span] if span else []
    return Highlighted(title, merged(spans))


def _answers(question: Question, article: ReadableArticle) -> bool:
    """Whether to show the short answer in place: it and the title speak of all that was asked."""
    if not article.short_answer:
        return False
    return _covered(question, article.title, article.short_answer)


def _covered(question: Question, title: str, answer: str) -> bool:
    """Whether the texts together speak of all that was asked; the last word may go on in them. A
    single word has to stand in the title: an answer mentions many in passing."""
    if not question.has_content:
        return False
    # The title alone first: analysing a long answer takes longer than finding its article did.
    if _speak_of_all(question, title):
        return True
    return not question.is_one_word and _speak_of_all(question, title, answer)


def _speak_of_all(question: Question, *texts: str) -> bool:
    held = question.met_in([term for text in texts for term, _, _ in _tokens(text)])
    missing = {term for term in question.distinct_terms if term not in held}
    if missing and missing <= question.unfinished_terms:
        return any(prefix_spans(text, _tokens(text), question.last_word) for text in texts)
    return not missing


# --- facets -----------------------------------------------------------------------------------


def present_facets(
    request: SearchRequest, counts: Mapping[Facet, Mapping[str, int]]
) -> dict[str, tuple[FacetValue, ...]]:
    """Choices per facet, most results first; a chosen value stays though it may leave none."""
    return {
        Facet.TOPIC: _topic_choices(request, counts.get(Facet.TOPIC, {})),
        Facet.STAGE: _stage_choices(request, counts.get(Facet.STAGE, {})),
    }


def _topic_choices(request: SearchRequest, counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    """Top-level topics, and the next level below a chosen one. One SQL query, three where one is
    chosen.

    A chosen topic that leaves no result has no name here.
    """
    chosen = set(request.filters.get(Facet.TOPIC, ()))
    # Only topics of results the viewer may read: anybody can ask for any number.
    open_ids = [int(value) for value in chosen.intersection(counts)]
    rows = list(map(_Topic._make, _TOPICS_AT_THE_TOP.rows([int(value) for value in counts])))
    if open_ids:
        opened = _topics().filter(pk__in=open_ids).values_list(*_Topic._fields, "depth")
        below = [Q(path__startswith=path, depth=depth + 1) for _, _, path, depth in opened]
        beside = Q(pk__in=open_ids) | reduce(or_, below, Q())
        rows += map(_Topic._make, _topics().filter(beside).values_list(*_Topic._fields))
    choices = {
        row.pk: FacetValue(str(row.pk), row.title, counts[str(row.pk)], row.pk in open_ids)
        for row in sorted(rows, key=lambda row: row.path)
        if str(row.pk) in counts
    }
    return tuple(sorted(choices.values(), key=lambda choice: -choice.count))


class _Topic(NamedTuple):
    """What is read of a topic."""

    pk: int
    title: str
    path: str


def _topics() -> QuerySet[Topic]:
    return Topic.objects.filter(live=True).order_by()


def _topics_at_the_top(topic_ids: Sequence[int]) -> QuerySet[Topic, Any]:
    at_the_top = _topics().filter(depth=ROOT_TOPIC_DEPTH + 1)
    return at_the_top.filter(pk__in=topic_ids).values_list(*_Topic._fields)


_TOPICS_AT_THE_TOP = Prepared(_topics_at_the_top)


def _stage_choices(request: SearchRequest, counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    chosen = set(request.filters.get(Facet.STAGE, ()))
    return tuple(
        FacetValue(stage.value, str(stage.label), counts.get(stage, 0), stage in chosen)
        for stage in Stage
        if counts.get(stage) or stage in chosen
    )
