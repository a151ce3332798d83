import pytest

from kb.signals import articles_imported


@pytest.fixture(autouse=True)
def _search_does_not_listen(monkeypatch):
    """Making articles findable is another package's work, tested there."""
    monkeypatch.setattr(articles_imported, "receivers", [])
