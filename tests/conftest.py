"""What every test may ask for."""

import pytest

from tests.factories import Site, create_site


@pytest.fixture
def site(db) -> Site:
    """Home pages and root topics in both languages."""
    return create_site()
