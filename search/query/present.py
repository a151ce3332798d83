"""Ids to what a reader sees: titles, highlights, excerpts, answers; access checked again.

Between indexing and reading an article may have been unpublished, moved, expired, deleted or made
private. ``readable`` looks at the database of this moment; what it does not return is not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache, partial

from search import engines
from search.analysis import NEGATIONS, analyse, readings
from search.analysis.characters import fold
from search.engines.base import (
    AllOf,
    AnyOf,
    EngineQuery,
    EngineUnavailable,
    Field,
    Hit,
    Ids,
    Similarity,
)
from search.indexing.eligibility import ReadableArticle, readable
from search.indexing.stored_texts import StoredText, stored_texts
from search.indexing.terms import TermPlace, unpack_tokens
from search.query.highlight import (
    EXCERPT_LENGTH,
    excerpt,
    merged,
    prefix_spans,
    term_spans,
)
from search.query.negation import negated
from search.query.passages import best_passages
from search.query.synonyms import met_by, word_clauses
from search.query.understand import Question
from search.query.values import (
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
    title = _Analysed(article.title, article.tokens.title)
    answer = _Analysed(article.short_answer, article.tokens.answer)
    answers = _covered(question, title, answer, in_progress=True)
    return Suggestion(
        kind=SuggestionKind.ANSWER if answers else SuggestionKind.ARTICLE,
        id=str(article.id),
        title=highlight_title(question, title, in_progress=True),
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
    title = _Analysed(first.title.text, first.tokens.title)
    answer = _Analysed(first.answer, first.tokens.answer)
    return first if _covered(question, title, answer) else None


def is_named(request: SearchRequest, question: Question, results: Sequence[Result]) -> bool:
    """Whether a question of one word names what one of the first results is about, in its title,
    another way to ask it or its labels: who says no more than that asks for nothing else."""
    seen = results[:TITLES_SEEN]
    if not question.is_one_word or not seen:
        return False
    titles = (_Analysed(result.title.text, result.tokens.title) for result in seen)
    if any(_speak_of_all(question, title) for title in titles):
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
    title = _Analysed(article.title, article.tokens.title)
    return Result(
        id=str(article.id),
        title=highlight_title(question, title),
        url=article.url,
        topic=article.topic,
        excerpt=body_excerpt(question, text, place) if text else Highlighted(""),
        visibility=article.visibility,
        verified_on=article.verified_on.isoformat() if article.verified_on else "",
        answer=article.short_answer,
        locale=article.locale,
        tokens=article.tokens,
    )


def body_excerpt(question: Question, text: StoredText, place: Span | None) -> Highlighted:
    """The lines of a body that speak most of the question; ``place``: the passage to look in."""
    # An excerpt may go on behind its passage.
    within = (place[0], place[1] + EXCERPT_LENGTH) if place else None
    places = text.body_matches(question.may_be_marked, within)
    return excerpt(text.body, places, question.marked_in(term for term, _, _ in places), place)


# --- highlights -------------------------------------------------------------------------------


class _Analysed:
    """A title or an answer with its tokens, when they are asked for: as they were analysed for the
    index (``packed``), where it is the same text."""

    def __init__(self, text: str, packed: bytes) -> None:
        self.text = text
        self._packed = packed

    @cached_property
    def tokens(self) -> Sequence[TermPlace]:
        """Terms with their places, in reading order."""
        stored = unpack_tokens(self._packed, self.text, with_stop_words=True)
        return stored or _tokens(self.text)


@lru_cache(maxsize=1_000)
def _tokens(text: str) -> tuple[TermPlace, ...]:
    return tuple((token.term, token.start, token.end) for token in analyse(text, "").tokens)


def highlight_title(
    question: Question, title: _Analysed, *, in_progress: bool = False
) -> Highlighted:
    """``title`` with the question's words marked; in progress also what begins like the last word,
    or, where no word is the same, what begins or is read like the whole."""
    terms = question.marked_in(term for term, _, _ in title.tokens)
    spans = term_spans(title.text, title.tokens, terms)
    if in_progress:
        # A negation is marked behind what it negates, if at all.
        words = [place for place in title.tokens if place[0] not in NEGATIONS]
        spans += prefix_spans(title.text, words, question.last_word)
        spans = spans or _like_the_whole(question, title.text)
    return Highlighted(title.text, merged(spans))


def _like_the_whole(question: Question, title: str) -> list[Span]:
    """Where a title begins as typed, or is read so."""
    typed = question.text
    if typed.strip() and fold(title[: len(typed)]) == fold(typed):
        return [(0, min(len(typed), len(title)))]
    if not readings.are_indexed(typed, question.locale):
        return []
    span = readings.span_read_as(title, readings.typed_keys(typed))
    return [span] if span else []


def _covered(
    question: Question, title: _Analysed, answer: _Analysed, *, in_progress: bool = False
) -> bool:
    """Whether to show the short answer in place: it and the title together speak of all that was
    asked; the last word may go on in them. A single word has to stand in the title: an answer
    mentions many in passing."""
    if not answer.text or not question.has_content:
        return False
    speak = partial(_speak_of_all, question, in_progress=in_progress)
    return speak(title) or (not question.is_one_word and speak(title, answer))


def _speak_of_all(question: Question, *texts: _Analysed, in_progress: bool = False) -> bool:
    held = question.met_in([term for text in texts for term, _, _ in text.tokens])
    if not NEGATIONS.isdisjoint(question.distinct_terms) and not _negate(
        question, texts, in_progress=in_progress
    ):
        return False
    missing = {term for term in question.distinct_terms if term not in held}
    if missing and missing <= question.unfinished_terms:
        if in_progress and not question.beginning:  # a letter says nothing yet: 返金ｈ
            return missing < {*question.distinct_terms}
        return any(prefix_spans(text.text, text.tokens, question.last_word) for text in texts)
    return not missing


def _negate(question: Question, texts: Sequence[_Analysed], *, in_progress: bool) -> bool:
    """Whether the texts negate what the question does: what is said of an order that cannot be
    cancelled answers nobody whose order does not arrive. A synonym there may say it without."""
    tokens = [(t.term, t.start, t.end) for t in question.searched]
    asked = negated(question.text, tokens, reach=1)
    said = frozenset[str]().union(*(negated(text.text, text.tokens) for text in texts))
    words = [term for text in texts for term, _, _ in text.tokens]
    for expansion, alternative in met_by(question.synonyms, words):
        # Late stands for "not arriving", and "not delivered" for it where these two are the same.
        if not NEGATIONS.isdisjoint(expansion.terms) or not said.isdisjoint(alternative):
            asked -= frozenset(expansion.terms)
    return asked - (question.unfinished_terms if in_progress else frozenset()) <= said
