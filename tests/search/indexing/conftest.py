"""Every test has an index folder of its own; no worker runs unless a test starts one."""

import pytest

from search.circuit_breaker import CircuitBreaker
from search.engines import embedded
from search.indexing import embedding_job
from tests.search.indexing.factories import FakeEmbedder


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "index"
    settings.ELASTICSEARCH_URL = ""
    return settings.INDEX_DIR


@pytest.fixture
def engine(index_folder):
    return embedded()


@pytest.fixture
def embedder(monkeypatch):
    """A model that needs no time, in the place of the configured one."""
    fake = FakeEmbedder()
    monkeypatch.setattr("search.embedding.current", lambda: fake.guard if fake.is_on else None)
    monkeypatch.setattr(embedding_job, "_outage", CircuitBreaker("test", "", retry_seconds=0))
    return fake
