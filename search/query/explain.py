"""Why the articles of a question stand where they stand: for editors, in plain values.

Nothing is ranked here. The order is the one ``retrieve`` gives, what each kind of evidence adds is
what ``rank`` says, and what each field adds to the words the engine says itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from kb.models import Article
from search import engines
from search.engines.base import Engine, Node
from search.indexing.documents import build_document
from search.indexing.eligibility import ReadableArticle, readable
from search.indexing.sources import load_sources
from search.indexing.stored_texts import StoredText, stored_texts
from search.query.absence import Absence, absence
from search.query.clause_groups import ClauseGroup, group_scores, scores_by
from search.query.evidence import evidence, is_read, is_unanswered
from search.query.meant import answers_what_was_meant, meant_by
from search.query.passages import best_passages
from search.query.present import answer_box, body_excerpt, is_named, present_results
from search.query.promote import promoted
from search.query.rank import contributions
from search.query.retrieve import POOL, Retrieved, quoted_phrases, retrieve
from search.query.rules import Thresholds, rules_for
from search.query.typos import unknown_words
from search.query.understand import MAX_TERMS, Question
from search.query.values import Highlighted, SearchRequest
from search.query.words_met import WordsMet, typed_words, words_met

SHOWN = 10  # results that are explained


class Verdict(StrEnum):
    """Whether the reader is told that there is no answer yet, and why so or not."""

    NOTHING_FOUND = "nothing found"
    NO_ANSWER = "no answer"  # too little speaks for an answer
    UNKNOWN_CODE = "unknown code"  # it is about a code that no article holds
    SHORT_ANSWER = "short answer"  # … but the first one's short answer speaks of all that was asked
    NAMED = "named"  # … but it is one word, and names what one of the first results is about
    PINNED = "pinned"  # not asked: people have said what answers it
    NOT_MEASURED = "not measured"  # not asked: this site's threshold is not known
    AS_MEANT = "as meant"  # … but the corrected question has an answer, and that is shown first
    BY_MEANING = "by meaning"  # … but it is in another language, and something means the same
    BY_SOUND = "by sound"  # … but it is in kana or Latin letters, and a title is read so
    ANSWERED = "answered"

    @property
    def is_measured(self) -> bool:
        """Whether the evidence was held against the threshold."""
        return self in {
            Verdict.NO_ANSWER,
            Verdict.SHORT_ANSWER,
            Verdict.NAMED,
            Verdict.AS_MEANT,
            Verdict.ANSWERED,
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """One article and what places it.

    ``place``: from 1, of what the viewer may read. ``contributions``: the fields of
    ``rank.Contributions``. ``groups``: what each group of clauses scored; together they are the
    lexical score. ``passage``: the excerpt that speaks most of the question, None without vectors.
    ``strength``: its total as a share of the strongest candidate's.
    """

    article: ReadableArticle
    place: int
    pinned: bool
    contributions: Mapping[str, float]
    groups: Mapping[ClauseGroup, float]
    words: WordsMet
    passage: Highlighted | None
    has_vectors: bool
    strength: float

    @property
    def shares(self) -> dict[str, float]:
        """Each contribution as a share of the article's total; all 0 where it has none."""
        total = sum(self.contributions.values()) or 1.0
        return {name: value / total for name, value in self.contributions.items()}

    @property
    def group_shares(self) -> dict[ClauseGroup, float]:
        """The share of the words, divided among the groups."""
        lexical = sum(self.groups.values()) or 1.0
        words = self.shares["words"]
        return {group: words * score / lexical for group, score in self.groups.items()}


@dataclass(frozen=True, slots=True)
class Absent:
    """An article that is not among the candidates, and why. ``words``: what it holds of the
    question; None where search does not look at the article at all."""

    title: str
    locale: str
    reason: Absence
    words: WordsMet | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A question explained.

    ``results``: the first ``SHOWN``. ``chosen``: the article that was asked about, also where it
    is among them. ``evidence`` and ``threshold``: see ``query.evidence``. ``read_as``: a question
    that was sent in kana or Latin letters, converted. ``unknown``: words, as typed, that no article
    holds. ``cut``: some words were too many to be looked for.
    """

    degraded: bool
    total: int
    verdict: Verdict
    evidence: float
    threshold: float | None
    by_meaning: bool
    read_as: str
    unknown: tuple[str, ...]
    cut: bool
    results: tuple[Explained, ...]
    chosen: Explained | Absent | None = None


@dataclass(frozen=True, slots=True)
class _Search:
    """A search as it was answered, and the engine that answered it."""

    request: SearchRequest
    found: Retrieved
    engine: Engine

    @property
    def question(self) -> Question:
        return self.found.question

    @property
    def tree(self) -> Node | None:
        return self.found.tree

    @property
    def visibilities(self) -> tuple[str, ...]:
        return tuple(str(visibility) for visibility in self.request.viewer.visibilities)


def explain(request: SearchRequest, article_id: int | None = None) -> Explanation:
    """Explain a question that was sent, to ``request.viewer``, and one article if wanted.

    Raises EngineUnavailable when no engine answers, Article.DoesNotExist for an unknown id.
    """
    typed = Question.read(request.text, request.locale)
    found = retrieve(request, typed, limit=POOL)
    question = found.question
    search = _Search(
        request,
        found,
        _answering(found.result.engine),
    )
    candidates = _readable_in_order(search)
    places = {article.id: place for place, article in enumerate(candidates, start=1)}
    wanted = [a for a in candidates if places[a.id] <= SHOWN or a.id == article_id]
    explained = {one.article.id: one for one in _explained(search, wanted, places)}
    chosen: Explained | Absent | None = None
    if article_id is not None:
        chosen = explained.get(article_id) or _absent(search, article_id)
    thresholds = rules_for(request.locale).thresholds
    return Explanation(
        degraded=found.result.degraded,
        total=found.result.total,
        verdict=_verdict(search, thresholds),
        evidence=evidence(found),
        threshold=_least_evidence(found, thresholds),
        by_meaning=bool(found.similarities),
        read_as="" if question.text == typed.text else question.text,
        unknown=_unknown(search),
        cut=len({token.term for token in question.searched}) > MAX_TERMS,
        results=tuple(one for one in explained.values() if one.place <= SHOWN),
        chosen=chosen,
    )


def _known(request: SearchRequest, terms: Sequence[str]) -> frozenset[str]:
    visibilities = [str(visibility) for visibility in request.viewer.visibilities]
    return engines.current().known_terms(request.locale, terms, visibilities)


def _answering(name: str) -> Engine:
    """The index that answered: a standby must not explain the cluster's scores."""
    return next(engine for engine in engines.indexes() if engine.name == name)


def _readable_in_order(search: _Search) -> list[ReadableArticle]:
    ids = [int(hit.id) for hit in search.found.result.hits]
    now = readable(ids, search.request.viewer) if ids else {}
    return [now[pk] for pk in ids if pk in now and now[pk].locale == search.request.locale]


def _explained(
    search: _Search, articles: Sequence[ReadableArticle], places: Mapping[int, int]
) -> list[Explained]:
    """The articles with all that places them, in their order."""
    if search.tree is None or not articles:
        return []
    question, found = search.question, search.found
    ids = [article.id for article in articles]
    pinned = promoted(question, rules_for(question.locale), timezone.localdate())
    placed = contributions(found.lexical, found.similarities, found.priors, found.say_of_meaning)
    strongest = max(one.total for one in placed.values()) or 1.0
    scores = scores_by(search.engine, question.locale, search.visibilities, list(map(str, ids)))
    groups = group_scores(search.tree, scores)
    texts = stored_texts(ids)
    words = _words_met(question, ids, texts)
    passages = _passages(search, texts)
    return [
        Explained(
            article=article,
            place=places[article.id],
            pinned=article.id in pinned,
            contributions=placed[str(article.id)]._asdict(),
            groups={group: of.get(str(article.id), 0.0) for group, of in groups.items()},
            words=words.get(article.id, WordsMet()),
            passage=passages.get(article.id),
            has_vectors=str(article.id) in found.similarities,
            strength=placed[str(article.id)].total / strongest,
        )
        for article in articles
    ]


def _words_met(
    question: Question, ids: Sequence[int], texts: Mapping[int, StoredText]
) -> dict[int, WordsMet]:
    """What each article holds of the question; one that went meanwhile is left out."""
    return {
        pk: words_met(question, build_document(source), texts.get(pk))
        for pk, source in load_sources(ids).found.items()
    }


def _passages(search: _Search, texts: Mapping[int, StoredText]) -> dict[int, Highlighted]:
    """Of each article with vectors the excerpt that results show: of its best passage."""
    places = best_passages(texts, search.found.similarities)
    return {pk: body_excerpt(search.question, texts[pk], at) for pk, at in places.items()}


def _absent(search: _Search, article_id: int) -> Absent:
    article = Article.objects.select_related("locale").get(pk=article_id)
    quoted = quoted_phrases(search.question.quoted) if search.found.quoted else ()
    reason = absence(article, search.request, search.tree, search.engine, quoted)
    words = None
    if reason in (Absence.NO_MATCH, Absence.BEYOND):
        words = _words_met(search.question, [article_id], stored_texts([article_id])).get(
            article_id
        )
    return Absent(article.title, article.locale.language_code, reason, words)


def _verdict(search: _Search, least: Thresholds | None) -> Verdict:
    """The decision as ``pipeline`` takes it, with its reason."""
    found = search.found
    if not found.result.total:
        return Verdict.NOTHING_FOUND
    if is_unanswered(search.question, found, least):
        hits = found.result.hits[:SHOWN]
        first = present_results(search.request, search.question, hits, found.similarities)
        if found.unknown_codes:
            return Verdict.UNKNOWN_CODE
        if answer_box(search.question, first, page=1):
            return Verdict.SHORT_ANSWER
        if is_named(search.request, search.question, first):
            return Verdict.NAMED
        meant = meant_by(search.request, found)
        if answers_what_was_meant(first, meant, found):
            return Verdict.AS_MEANT
        return Verdict.NO_ANSWER
    if found.pinned:
        return Verdict.PINNED
    number = _least_evidence(found, least)
    if number is None:
        return Verdict.NOT_MEASURED
    if evidence(found) >= number:
        return Verdict.ANSWERED
    return Verdict.BY_SOUND if is_read(found) else Verdict.BY_MEANING


def _least_evidence(found: Retrieved, least: Thresholds | None) -> float | None:
    """The number to reach, None where it has not been measured."""
    if least is None:
        return None
    return least.evidence if found.similarities else least.words


def _unknown(search: _Search) -> tuple[str, ...]:
    typed = typed_words(search.question)
    unknown = unknown_words(search.question, lambda terms: _known(search.request, terms))
    return tuple(dict.fromkeys(typed[token.term] for token in unknown))
