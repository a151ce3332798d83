"""What every test may ask for."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.utils import translation

from search.query.rules import forget_rules
from tests.factories import Site, create_site


@pytest.fixture(autouse=True)
def default_language():
    """A request leaves its language active; the next test starts in English."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def own_rates(monkeypatch):
    """What another test counted is forgotten, and no rate's period ends amid a test.

    django-ratelimit counts in fixed periods of the clock: one ends during a slow test now and
    then, and the tries before it no longer count. Here its clock stands still.
    """
    cache.clear()
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: 0))


@pytest.fixture(autouse=True)
def own_rules():
    """What a process keeps of synonyms and promotions ends with the test that made them."""
    yield
    forget_rules()


@pytest.fixture
def site(db) -> Site:
    """Home pages and root topics in both languages."""
    return create_site()
