"""What every test may ask for."""

import pytest
from django.utils import translation

from search.query.rules import forget_rules
from tests.factories import Site, create_site


@pytest.fixture(autouse=True)
def default_language():
    """A request leaves its language active; the next test starts in English."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def own_rules():
    """What a process keeps of synonyms and promotions ends with the test that made them."""
    yield
    forget_rules()


@pytest.fixture
def site(db) -> Site:
    """Home pages and root topics in both languages."""
    return create_site()
