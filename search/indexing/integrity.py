"""Drift: does an index hold what the database says it should?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from search.engines.base import Engine
from search.indexing.documents import BATCH_SIZE, document_digest
from search.indexing.eligibility import eligible_articles
from search.indexing.models import ArticleText
from search.indexing.outbox import announce_in_locales
from search.indexing.rebuild import all_locales
from search.indexing.sources import load_sources
from search.indexing.vectors import stored_marks

EXAMPLES = 10

Digests = dict[int, str]


@dataclass(frozen=True, slots=True)
class Drift:
    """Article ids by what is wrong with them: eligible but not there, there but not eligible,
    there with other content. ``locales`` names the locale of each."""

    missing: frozenset[int] = frozenset()
    surplus: frozenset[int] = frozenset()
    stale: frozenset[int] = frozenset()
    locales: Mapping[int, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Articles that are not as they should be."""
        return len(self.locales)

    def report(self) -> dict[str, dict[str, object]]:
        """Counts and a few ids for each category. No texts: it may go into a ticket."""
        return {
            name: {"count": len(ids), "examples": sorted(ids)[:EXAMPLES]}
            for name, ids in (
                ("missing", self.missing),
                ("surplus", self.surplus),
                ("stale", self.stale),
            )
        }


@dataclass(frozen=True, slots=True)
class Expectation:
    """What every index should hold: ``{locale: {article id: digest}}``.

    ``unreadable``: eligible articles whose document cannot be made; they are parked, not missing.
    ``outdated``: articles whose stored text is absent or not that of the article.
    """

    digests: Mapping[str, Digests]
    unreadable: frozenset[int]
    outdated: frozenset[int]


def expectation() -> Expectation:
    """Read every eligible article and work out its digest; about a millisecond each."""
    digests: dict[str, Digests] = {locale: {} for locale in all_locales()}
    unreadable: set[int] = set()
    outdated: set[int] = set()
    for ids in _eligible_portions():
        sources = load_sources(ids)
        unreadable.update(sources.failed)
        stored = dict(ArticleText.objects.filter(pk__in=ids).values_list("pk", "digest"))
        texts = {pk: source.texts.digest for pk, source in sources.found.items()}
        marks = stored_marks(texts)
        for pk, source in sources.found.items():
            expected = document_digest(source.digest, marks.get(pk, ""))
            digests.setdefault(source.texts.locale, {})[pk] = expected
            if stored.get(pk) != texts[pk]:
                outdated.add(pk)
    return Expectation(digests, frozenset(unreadable), frozenset(outdated))


def _eligible_portions() -> Iterator[list[int]]:
    ids = list(eligible_articles().order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(ids), BATCH_SIZE):
        yield ids[at : at + BATCH_SIZE]


def find_drift(engine: Engine, expected: Expectation) -> Drift:
    """Compare one index with what is expected. Raises EngineUnavailable."""
    missing: dict[int, str] = {}
    surplus: dict[int, str] = {}
    stale: dict[int, str] = {}
    for locale in expected.digests.keys() | engine.status().documents.keys():
        wanted = expected.digests.get(locale, {})
        there = {int(pk): digest for pk, digest in engine.digests(locale).items()}
        missing |= dict.fromkeys(wanted.keys() - there.keys(), locale)
        surplus |= dict.fromkeys(there.keys() - wanted.keys(), locale)
        stale |= {
            pk: locale
            for pk in wanted.keys() & there.keys()
            if wanted[pk] != there[pk] or pk in expected.outdated
        }
    return Drift(
        frozenset(missing), frozenset(surplus), frozenset(stale), missing | stale | surplus
    )


def repair(drift: Drift) -> int:
    """Announce what drifted, for the consumers to look at again; how many articles."""
    announce_in_locales(drift.locales)
    return drift.total
