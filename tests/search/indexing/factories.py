"""Shapes that indexing tests share."""

import numpy as np
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from search.embedding.base import EmbedderUnavailable, normalised
from search.embedding.guarded import GuardedEmbedder
from search.engines.base import EngineQuery, EngineUnavailable, Field, Term, VectorQuery


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


class FakeEmbedder:
    """Texts that share words have similar vectors. Notes what it is asked; can be made to fail."""

    def __init__(self):
        self.is_on = True
        self.asked: list[str] = []
        self.refuse = ""
        self.outage = ""
        self.guard = None
        self.change_to("a test", 32)

    def change_to(self, space, dimensions):
        """Another model in its place."""
        self.space = space
        self.dimensions = dimensions
        self.guard = GuardedEmbedder(self)

    def prepare(self):
        """Nothing to load."""

    def encode(self, texts):
        self.asked += texts
        if self.outage:
            raise EmbedderUnavailable(self.outage)
        if self.refuse and any(self.refuse in text for text in texts):
            raise EmbedderUnavailable("the embedder answered 500")
        rows = np.full((len(texts), self.dimensions), 0.01)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                row[sum(word.encode()) % self.dimensions] += 1
        return normalised(rows)


def nearest(engine, embedder, text, *, locale="en", visibilities=("public",)) -> list[int]:
    """Ids of the articles nearest in meaning, best first."""
    vector = embedder.guard.question(text)
    query = VectorQuery(embedder.guard.space, vector, (), locale, visibilities)
    return [int(hit.id) for hit in engine.nearest(query, 10)]
