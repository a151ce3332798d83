"""What ANNAI_EMBEDDER may be."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import embedder


@pytest.mark.parametrize("value", ["bundled", "off", "http://host/v1", "https://host/v1"])
def test_what_it_may_be(monkeypatch, value):
    monkeypatch.setenv("ANNAI_EMBEDDER", value)
    assert embedder("ANNAI_EMBEDDER", "bundled") == value


@pytest.mark.parametrize("value", ["of", "Bundled", "", "host/v1", "ftp://user:secret@host"])
def test_a_misspelt_word_stops_the_start_and_names_the_setting(monkeypatch, value):
    monkeypatch.setenv("ANNAI_EMBEDDER", value)
    with pytest.raises(ImproperlyConfigured, match="ANNAI_EMBEDDER") as caught:
        embedder("ANNAI_EMBEDDER", "bundled")
    assert "secret" not in str(caught.value)
