"""A question to ranked article ids: the one place that asks an engine.

By words and by meaning: the engine's best matches of the query tree, and the articles whose
vectors are nearest, become one pool of candidates that ``rank`` orders. Beyond the pool the order
is the engine's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from django.utils import timezone

from search import embedding, engines
from search.analysis.characters import has_japanese, title_key
from search.analysis.english import stems_passed
from search.embedding.guarded import GuardedEmbedder
from search.engines.base import (
    AllOf,
    AnyOf,
    Engine,
    EngineQuery,
    EngineResult,
    Facet,
    Field,
    Hit,
    Ids,
    Node,
    Phrase,
    Prefix,
    Similarity,
    VectorQuery,
)
from search.query.codes import Code, codes_of, share_of_words, unknown_codes
from search.query.conversion import with_conversion
from search.query.foreign import (
    as_far_as_known,
    is_foreign,
    is_understood,
)
from search.query.priors import NO_PRIORS, Priors, priors_for
from search.query.promote import promoted
from search.query.rank import fused
from search.query.rules import rules_for
from search.query.stability import keep_places
from search.query.trees import COMPLETIONS, read_so, search_tree, suggest_tree, unfinished_word
from search.query.typos import misspelt_beginning
from search.query.understand import Question
from search.query.values import Mode, SearchRequest
from search.query.variants import with_variants

# Candidates that are ranked by words and meaning together.
POOL = 60
# Of these, how many may be there for their meaning alone.
NEAREST = 20
# … and how near, as a share of the nearest one's cosine: the others are there by accident.
NEAR_ENOUGH = 0.75
# Fewer words in progress say too little for a vector to mean anything; by whether they are
# Japanese, where a compound is several words.
WORDS_WITH_MEANING = {True: 3, False: 2}
# From so many on meaning has its full say while typing, with fewer the square of their share of it,
# and none where a title begins as was typed: it comes first either way, and a vector takes longer
# than all the rest.
WORDS_WITH_FULL_MEANING = 5
# Above what words can score: an article found by meaning is in the pool whatever its words.
_IN_POOL = 1_000.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, how it is asked, and what may be found. ``pinned``: ids that come first;
    ``shown``: ids that the reader sees while typing, in their order; ``priors``: what is known of
    the articles beforehand."""

    question: Question
    mode: Mode
    visibilities: tuple[str, ...]
    filters: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    priors: Priors = NO_PRIORS


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Hits in order and all matches counted (``result``) of ``question``, which has for synonyms
    what this engine's articles write otherwise; ``tree``: what was looked for by words.

    Of the candidates what their words scored (``lexical``, best first), how near in meaning they
    are, and whether one is pinned; ``meaning``: the question's vector, None where meaning had no
    say; ``say_of_meaning``: how much of its weight it had, 0 to 1; ``priors``: what was known of
    the candidates beforehand; ``quoted``: whether only what holds the quoted phrases was looked
    for; ``in_progress``: whether the question was still being typed.

    ``unknown``: the words that no article holds, of those that may be misspelt, without one that
    was sent before it was finished; ``unknown_codes``: the codes that it is about, where no article
    holds them, nor one that begins as a code in progress; ``is_foreign``: whether it is in another
    language than the articles; ``is_unconverted``: whether it was typed in kana or Latin letters
    alone, of which ``question`` has the words.
    """

    question: Question
    result: EngineResult
    lexical: tuple[Hit, ...] = ()
    similarities: Mapping[str, Similarity] = field(default_factory=dict)
    pinned: bool = False
    meaning: VectorQuery | None = None
    priors: Priors = NO_PRIORS
    quoted: bool = False
    in_progress: bool = False
    unknown: frozenset[str] = frozenset()
    unknown_codes: tuple[Code, ...] = ()
    say_of_meaning: float = 1.0
    is_foreign: bool = False
    is_unconverted: bool = False
    tree: Node | None = None


def retrieve(
    request: SearchRequest,
    question: Question,
    *,
    limit: int,
    offset: int = 0,
    facets: tuple[Facet, ...] = (),
) -> Retrieved:
    """Hits ``offset`` to ``offset + limit`` of the question, best first.

    Raises EngineUnavailable when neither engine nor standby answers.
    """
    today = timezone.localdate()
    pinned = promoted(question, rules_for(request.locale), today)
    # Not while typing: a list that moves for other reasons than the letters is unquiet.
    searching = request.mode is Mode.SEARCH
    priors = priors_for(question.text, question.locale, today) if searching else NO_PRIORS
    asked = Asked(
        question,
        request.mode,
        tuple(str(visibility) for visibility in request.viewer.visibilities),
        _engine_filters(request.filters),
        tuple(str(article) for article in pinned),
        request.shown,
        priors,
    )
    return ask(engines.current(), embedding.current(), asked, limit, offset, facets)


def ask(
    engine: Engine,
    embedder: GuardedEmbedder | None,
    asked: Asked,
    limit: int,
    offset: int = 0,
    facets: tuple[Facet, ...] = (),
) -> Retrieved:
    """``retrieve`` from a given engine; without an embedder by words alone."""
    typed = asked.question
    asked, becoming = _converted(asked, engine)
    stems = _stems_passed(asked, engine)
    completions = becoming or _completions(asked, engine, stems)
    in_progress = _words_in_progress(asked, engine, completions)
    question = with_variants(asked.question, engine, asked.visibilities, in_progress)
    asked = replace(asked, question=question)
    in_box = asked.mode is Mode.SUGGEST
    begins_title = in_box and _begins_a_title(asked, engine)
    tree, unknown = _tree(asked, engine, completions, stems, begins_title=begins_title)
    if tree is None:
        nothing = EngineResult((), 0, {facet: {} for facet in facets}, engine.name)
        return Retrieved(question, nothing)
    if typed.text != question.text and typed.locale == "ja" and has_japanese(question.text):
        sounds = read_so(typed, question, in_progress=asked.mode is Mode.SUGGEST)
        tree = AnyOf((tree, *sounds))
    foreign = is_foreign(question, engine, asked.visibilities, in_progress=in_box)
    meaning = None
    if embedder and _may_mean(asked, engine, is_foreign=foreign, begins_title=begins_title):
        meaning = _vector_query(embedder, asked, completions)
    nearest = engine.nearest(meaning, NEAREST) if meaning else ()
    certain = {*_near_enough(nearest), *asked.pinned}
    in_pool = offset + limit <= POOL
    query = EngineQuery(
        root=_with(tree, certain),
        locale=asked.question.locale,
        visibilities=asked.visibilities,
        limit=POOL if in_pool else limit,
        offset=0 if in_pool else offset,
        filters=asked.filters,
        facets=facets,
    )
    quoting = _holding(asked.question.quoted, asked.pinned, engine, query)
    result = quoting or engine.search(query)
    candidates = _lexical(result.hits, certain)
    similarities: Mapping[str, Similarity] = {}
    if in_pool and meaning and nearest:  # none at all: the index has no vectors yet
        similarities = engine.similarities(meaning, [hit.id for hit in candidates])
    found = Retrieved(
        question,
        replace(result, hits=candidates),
        similarities=similarities,
        meaning=meaning,
        quoted=quoting is not None,
        tree=tree,
        unknown=unknown,
        is_unconverted=typed.is_unconverted,
        is_foreign=foreign,
    )
    return _ranked(asked, engine, found, slice(offset, offset + limit)) if in_pool else found


def _converted(asked: Asked, engine: Engine) -> tuple[Asked, tuple[str, ...]]:
    """With what an input method has yet to convert as words, and what its last may become; in
    another language as far as it is known."""
    question = asked.question
    is_sent = asked.mode is Mode.SEARCH
    if not is_sent:
        understood = as_far_as_known(question, engine, asked.visibilities)
        if understood is not question:
            return replace(asked, question=understood), ()
    if question.locale != "ja":  # which alone has an input method
        return asked, ()
    question, becoming = with_conversion(question, engine, asked.visibilities, is_sent=is_sent)
    return replace(asked, question=question), becoming


def _words_in_progress(asked: Asked, engine: Engine, completions: Sequence[str]) -> frozenset[str]:
    """The terms of a word in progress that may still become another one."""
    question = asked.question
    if asked.mode is Mode.SEARCH or not question.unfinished_terms:
        return frozenset()
    goes_on = completions or not question.beginning or _begins_words(asked, engine)
    return question.unfinished_terms if goes_on else frozenset()


def _completions(asked: Asked, engine: Engine, stems: Sequence[str]) -> tuple[str, ...]:
    """What the word in progress may become, of words that the question does not hold already."""
    question = asked.question
    if asked.mode is Mode.SEARCH or not question.beginning or question.is_to_be_converted:
        return ()
    found = engine.completions(question.locale, question.beginning, asked.visibilities, COMPLETIONS)
    new = (term for term in found if term not in question.distinct_terms)
    return (*stems, *new)


def _stems_passed(asked: Asked, engine: Engine) -> tuple[str, ...]:
    """The terms of articles whose words may begin so, though the terms do not: applicat."""
    question = asked.question
    stems = [s for s in stems_passed(question.beginning) if s not in question.distinct_terms]
    if not stems:
        return ()
    known = engine.known_terms(question.locale, stems, asked.visibilities)
    return tuple(stem for stem in stems if stem in known)


def _tree(
    asked: Asked,
    engine: Engine,
    completions: Sequence[str],
    stems: Sequence[str],
    *,
    begins_title: bool,
) -> tuple[Node | None, frozenset[str]]:
    """What to look for, and the words that no article holds, of those that may be misspelt: none
    of what ``begins_title``. One in progress that none goes on from may be a misspelt beginning."""
    unknown: set[str] = set()

    def known(terms: Sequence[str]) -> frozenset[str]:
        found = engine.known_terms(asked.question.locale, terms, asked.visibilities)
        unknown.update(set(terms) - found)
        return found

    if asked.mode is Mode.SEARCH:
        tree = search_tree(asked.question, known)
    else:
        tree = suggest_tree(asked.question, None if begins_title else known, completions)
    begun = unknown & asked.question.unfinished_terms
    if tree is None or not begun or not asked.question.beginning:
        return tree, frozenset(unknown)
    if not stems and not _begins_words(asked, engine):
        misspelt = misspelt_beginning(asked.question.beginning)
        return AnyOf((tree, misspelt)) if misspelt else tree, frozenset(unknown)
    if asked.mode is Mode.SEARCH:  # sent before its last word was finished
        tree = AnyOf((tree, *unfinished_word(asked.question, stems)))
        unknown -= begun
    return tree, frozenset(unknown)


def _ranked(asked: Asked, engine: Engine, found: Retrieved, wanted: slice) -> Retrieved:
    """The candidates ``found`` in the order of words, meaning and what is known beforehand; of them
    the ``wanted`` ones."""
    candidates = found.result.hits
    unknown = _unknown_codes(asked, engine)
    # Where no article holds a code, its neighbours in meaning are all there is to show.
    say_of_meaning = 1.0 if unknown else _say_of_meaning(asked)
    ranked = fused(candidates, found.similarities, asked.priors, say_of_meaning)
    ranked = keep_places(ranked, asked.shown)
    return replace(
        found,
        result=replace(found.result, hits=tuple(_pinned_first(ranked, asked.pinned)[wanted])),
        lexical=candidates,
        pinned=any(hit.id in asked.pinned for hit in candidates),
        priors=asked.priors,
        in_progress=asked.mode is Mode.SUGGEST,
        unknown_codes=unknown,
        say_of_meaning=say_of_meaning,
    )


def _holding(
    quoted: Sequence[tuple[str, ...]], pinned: Sequence[str], engine: Engine, query: EngineQuery
) -> EngineResult | None:
    """The pinned articles and those that hold the quoted phrases; None where none else does."""
    if not quoted:
        return None
    phrases = AllOf(quoted_phrases(quoted))
    wanted = AnyOf((phrases, Ids(tuple(pinned), 0.0))) if pinned else phrases
    found = engine.search(replace(query, root=AllOf((query.root, wanted))))
    return found if any(hit.id not in pinned for hit in found.hits) else None


def quoted_phrases(quoted: Sequence[tuple[str, ...]]) -> tuple[Node, ...]:
    """What an article has to hold of a question that is about its quotes."""
    return tuple(Phrase(Field.TEXT, terms) for terms in quoted)


def _begins_words(asked: Asked, engine: Engine) -> bool:
    """Whether terms of some article begin as the word in progress."""
    begins_so = Prefix(Field.TEXT, asked.question.beginning)
    query = EngineQuery(begins_so, asked.question.locale, asked.visibilities)
    return engine.matches_any(query)


def _unknown_codes(asked: Asked, engine: Engine) -> tuple[Code, ...]:
    """The codes that a question is about, where no article holds them, nor one that begins as a
    code in progress."""
    question = asked.question
    codes = codes_of(question)
    in_progress = asked.mode is Mode.SUGGEST and any(code.is_last_of(question) for code in codes)
    if in_progress and _begins_words(asked, engine):
        return ()
    return unknown_codes(codes, engine, question.locale, asked.visibilities)


def _may_mean(asked: Asked, engine: Engine, *, is_foreign: bool, begins_title: bool) -> bool:
    """Whether the question says enough for a vector to mean something, and no title begins as a
    short one does. Of one in another language there is little else."""
    if asked.mode is Mode.SEARCH:
        return True
    question = asked.question
    if is_foreign and is_understood(question, engine, asked.visibilities):
        return True
    words = question.number_of_words
    if words < WORDS_WITH_MEANING[has_japanese(question.text)]:
        return False
    return words >= WORDS_WITH_FULL_MEANING or not begins_title


def _begins_a_title(asked: Asked, engine: Engine) -> bool:
    """Whether a title or another way to ask begins as the question does."""
    whole = title_key(asked.question.text)
    query = EngineQuery(Prefix(Field.TITLE_KEYS, whole), asked.question.locale, asked.visibilities)
    return bool(whole) and engine.matches_any(query)


def _vector_query(
    embedder: GuardedEmbedder, asked: Asked, completions: tuple[str, ...]
) -> VectorQuery | None:
    question = asked.question
    # Of a few words "help with" is half of what they mean; of a whole question it is little.
    typing = asked.mode is Mode.SUGGEST
    vector = embedder.question(question.subject if typing else question.text)
    if vector is None:
        return None
    # The mean of both keeps what the whole says and stresses what the first sentence does.
    opening = embedder.question(question.opening) if question.opening else None
    if opening is not None:
        vector = (vector + opening) / np.linalg.norm(vector + opening)
    begun = typing and question.beginning
    return VectorQuery(
        embedder.space,
        vector,
        question.distinct_terms,
        question.locale,
        asked.visibilities,
        question.unfinished_terms if begun else frozenset(),
        completions,
    )


def _say_of_meaning(asked: Asked) -> float:
    say = share_of_words(asked.question)
    if asked.mode is Mode.SEARCH:
        return say
    words = max(asked.question.number_of_words, 1)  # the one in progress may be another language's
    return say * min(words / WORDS_WITH_FULL_MEANING, 1.0) ** 2


def _near_enough(nearest: Sequence[Hit]) -> list[str]:
    """Those of the nearest, best first, that are found though no word is met."""
    return [
        hit.id
        for hit in nearest
        if hit.score >= min(nearest[0].score, NEAR_ENOUGH * nearest[0].score)
    ]


def _with(tree: Node, certain: Collection[str]) -> Node:
    if not certain:
        return tree
    return AnyOf((tree, Ids(tuple(sorted(certain)), _IN_POOL)))


def _lexical(hits: Sequence[Hit], certain: Collection[str]) -> tuple[Hit, ...]:
    """The hits with what their words scored, best first."""
    scored = [Hit(h.id, h.score - _IN_POOL, h.verified_on) if h.id in certain else h for h in hits]
    return tuple(sorted(scored, key=lambda hit: (-hit.score, hit.id)))


def _pinned_first(hits: list[Hit], pinned: Sequence[str]) -> list[Hit]:
    if not pinned:
        return hits
    return sorted(hits, key=lambda h: pinned.index(h.id) if h.id in pinned else len(pinned))


def _engine_filters(filters: Mapping[str, tuple[str, ...]]) -> dict[Facet, tuple[str, ...]]:
    return {Facet(name): values for name, values in filters.items() if values}
