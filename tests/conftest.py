"""The suite's surroundings: a data folder of its own, a small site, a fixed cast of people."""

import os
import tempfile

# Before Django reads its settings: nothing a test writes may land in the checkout.
os.environ["ANNAI_DATA_DIR"] = tempfile.mkdtemp(prefix="annai-tests-")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop
os.environ.setdefault("ANNAI_LOG_LEVEL", "WARNING")
for unwanted in ("ELASTICSEARCH_URL", "ELASTICSEARCH_API_KEY", "ANNAI_ENV"):
    os.environ.pop(unwanted, None)

import pytest  # noqa: E402

from tests.factories import Site, create_site  # noqa: E402


@pytest.fixture
def site(db) -> Site:
    """Home pages and root topics in both languages."""
    return create_site()
