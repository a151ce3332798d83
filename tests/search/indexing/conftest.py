"""Every test has an index folder of its own; no worker runs unless a test starts one."""

import pytest

from search.engines import embedded


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "index"
    settings.ELASTICSEARCH_URL = ""
    return settings.INDEX_DIR


@pytest.fixture
def engine(index_folder):
    return embedded()
