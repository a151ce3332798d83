"""Did you mean: the corrected question, where that leads somewhere."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from search import engines
from search.engines.base import EngineUnavailable
from search.query.evidence import is_unanswered, says_less
from search.query.present import TITLES_SEEN, answer_box, is_named, present_results
from search.query.retrieve import Retrieved, retrieve
from search.query.rules import rules_for
from search.query.spelling import corrected
from search.query.understand import Question
from search.query.values import DidYouMean, Mode, Result, SearchRequest
from search.query.variants import with_variants

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Meant:
    """What to offer, and the id of the article that stands first there."""

    offer: DidYouMean
    first: str


def meant_by(request: SearchRequest, found: Retrieved) -> Meant | None:
    """The corrected question, where that has results; ``found``: what was found as it stands.

    While typing, the word in progress is left as it is, but for a code that no other begins as.
    """
    if not found.unknown and not found.unknown_codes:
        return None
    question, engine = found.question, engines.current()
    visibilities = tuple(str(visibility) for visibility in request.viewer.visibilities)
    is_code = any(code.is_last_of(question) for code in found.unknown_codes)
    try:
        written, begun = question, question.unfinished_terms - found.unknown
        if request.mode is Mode.SUGGEST and not is_code:
            written = with_variants(question.finished, engine, visibilities)
            begun = frozenset()
        text = corrected(written, engine, visibilities, found.unknown_codes, begun=begun)
        if text is None:
            return None
        text += question.text[len(written.text) :]
        asked = Question.read(text, request.locale)
        better = retrieve(replace(request, text=text), asked, limit=TITLES_SEEN)
    except EngineUnavailable:  # lost since the search itself, which was answered
        logger.warning("no correction of a question: the engine was lost meanwhile")
        return None
    # Another word that leads nowhere either is not what was meant.
    if not better.result.hits or not _is_answered(request, better) or says_less(better, found):
        return None
    return Meant(DidYouMean(text, better.result.total), better.result.hits[0].id)


def _is_answered(request: SearchRequest, found: Retrieved) -> bool:
    """As the page of these results would say."""
    question = found.question
    if not is_unanswered(question, found, rules_for(request.locale).thresholds):
        return True
    first = present_results(request, question, found.result.hits, found.similarities)
    return answer_box(question, first, page=1) is not None or is_named(request, question, first)


def answers_what_was_meant(
    results: Sequence[Result], meant: Meant | None, found: Retrieved
) -> bool:
    """Whether what the corrected question finds first is among the first shown. Another code is no
    misspelling for sure."""
    if meant is None or found.unknown_codes:
        return False
    return any(result.id == meant.first for result in results[:TITLES_SEEN])
