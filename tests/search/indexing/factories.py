"""Shapes that indexing tests share."""

from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from search.engines.base import EngineQuery, EngineUnavailable, Field, Term


def restrict(page, kind, *groups: Group) -> PageViewRestriction:
    """Give a page a privacy setting."""
    restriction = PageViewRestriction(page=page, restriction_type=kind, password="open")
    restriction.save()
    restriction.groups.set(groups)
    return restriction


def found(engine, term, *, locale="en", field=Field.TITLE, visibilities=("public",)) -> list[int]:
    """Ids of the articles whose field holds the (analysed) term."""
    query = EngineQuery(Term(field, term), locale, visibilities, limit=100)
    return sorted(int(hit.id) for hit in engine.search(query).hits)


class FlakyEngine:
    """A real engine whose writes can be made to fail."""

    def __init__(self, engine, *, refuse=(), outage=False):
        self._engine = engine
        self.refuse = {str(pk) for pk in refuse}
        self.outage = outage
        self.writes = []

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def write(self, documents):
        self.writes.append([document.id for document in documents])
        if self.outage:
            raise EngineUnavailable("gone fishing")
        if any(document.id in self.refuse for document in documents):
            raise RuntimeError("a document it does not like")
        self._engine.write(documents)
