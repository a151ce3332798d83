"""What people have decided about a locale's questions: synonyms and promotions, as plain values.

They are edited in a layer above, which registers itself as their source. Each process keeps what
it has loaded; it asks the source for the version of the moment and loads again only when that has
changed, so that an edit is in force everywhere within five seconds and costs a search nothing.
"""

import logging
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from time import monotonic
from types import MappingProxyType

logger = logging.getLogger(__name__)

# An edit is in force within 5 s on every process: a second is left for loading.
CHECK_SECONDS = 4.0

Terms = tuple[str, ...]  # the analysed words of a phrase


@dataclass(frozen=True, slots=True)
class Promotion:
    """An article pinned for a question, on the days from ``starts_on`` to ``ends_on`` (both
    included; None: no limit)."""

    article_id: int
    starts_on: date | None = None
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the article is pinned on ``day``."""
        has_begun = self.starts_on is None or self.starts_on <= day
        return has_begun and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which numbers on a question counts as answered (``evidence.thresholds``).

    ``evidence``: words and meaning together. ``cosine``: meaning alone, where question and article
    are in different languages and share no words, measured on translations where there are enough
    of them. ``words``: words alone, where meaning has no say.
    Of the first two None where meaning had no say when they were measured.
    """

    evidence: float | None
    cosine: float | None
    words: float


@dataclass(frozen=True, slots=True)
class QueryRules:
    """The rules of one locale.

    ``synonyms``: what else to look for where a phrase is asked (``synonyms.synonym_table``).
    ``promotions``: normalised question (``search.analysis.question_key``) → promotions in the
    order they are shown. ``thresholds``: None until the site has been measured.
    """

    synonyms: Mapping[Terms, tuple[Terms, ...]] = field(default_factory=dict)
    promotions: Mapping[str, tuple[Promotion, ...]] = field(default_factory=dict)
    thresholds: Thresholds | None = None


NO_RULES = QueryRules()


@dataclass(frozen=True, slots=True)
class RulesSource:
    """Where rules come from. Both functions take a locale.

    ``version`` is cheap and differs after every change; ``load`` gives rules at least as new as
    a version that was asked for before.
    """

    version: Callable[[str], Hashable]
    load: Callable[[str], QueryRules]


@dataclass(slots=True)
class _Kept:
    """The rules of a locale in this process, their version, when it was last asked for, and
    whether that failed."""

    rules: QueryRules = NO_RULES
    version: Hashable = None
    checked_at: float = float("-inf")
    is_failing: bool = False
    lock: Lock = field(default_factory=Lock)


_source: RulesSource | None = None
_kept: dict[str, _Kept] = {}
_tried: ContextVar[Mapping[str, QueryRules]] = ContextVar(
    "tried_rules", default=MappingProxyType({})
)


def register_source(source: RulesSource) -> None:
    """Take rules from ``source`` from now on; a second call replaces the first."""
    global _source
    _source = source
    forget_rules()


def rules_for(locale: str) -> QueryRules:
    """The rules in force, at most five seconds old; the last good ones while the source fails."""
    tried = _tried.get().get(locale)
    return _current(locale) if tried is None else tried


@contextmanager
def trying(locale: str, rules: QueryRules) -> Iterator[None]:
    """Answer with ``rules`` inside the block, in this thread only."""
    token = _tried.set({**_tried.get(), locale: rules})
    try:
        yield
    finally:
        _tried.reset(token)


def forget_rules() -> None:
    """Load anew at the next question: whoever saves sees the effect at once."""
    _kept.clear()


def _current(locale: str) -> QueryRules:
    kept = _kept.setdefault(locale, _Kept())
    # One thread looks; the others go on with what there is, unless there is nothing yet.
    if _is_due(kept) and kept.lock.acquire(blocking=kept.version is None):
        try:
            if _is_due(kept):
                _refresh(kept, locale)
        finally:
            kept.lock.release()
    return kept.rules


def _is_due(kept: _Kept) -> bool:
    return monotonic() - kept.checked_at >= CHECK_SECONDS


def _refresh(kept: _Kept, locale: str) -> None:
    if _source is None:
        return
    checked_at = monotonic()
    try:
        version = _source.version(locale)
        if version != kept.version:
            kept.rules, kept.version = _source.load(locale), version
    except Exception:  # whatever is wrong with the rules, questions have to be answered
        if not kept.is_failing:  # said once, not every few seconds until it is mended
            logger.exception(
                "the search rules of %s cannot be loaded; the last good ones stay", locale
            )
        kept.is_failing = True
    else:
        if kept.is_failing:
            logger.warning("the search rules of %s can be loaded again", locale)
        kept.is_failing = False
    kept.checked_at = checked_at
