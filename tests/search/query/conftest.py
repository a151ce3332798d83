"""A small indexed site."""

from uuid import uuid4

import pytest

from kb.visibility import Visibility
from search.engines import embedded
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_client import Connection
from search.engines.embedded import EmbeddedEngine
from search.indexing.rebuild import rebuild_index
from tests.factories import ArticleFactory, TopicFactory, paragraph


@pytest.fixture
def index(settings, tmp_path):
    """Call it to index everything there is."""
    settings.INDEX_DIR = tmp_path / "index"
    settings.ELASTICSEARCH_URL = ""
    return lambda: rebuild_index(embedded())


@pytest.fixture(params=["embedded", "elasticsearch"])
def engine(request, tmp_path):
    """Each engine in turn, empty."""
    if request.param == "embedded":
        yield EmbeddedEngine(tmp_path / "index")
        return
    url = request.getfixturevalue("elasticsearch_url")
    connection = Connection(url, prefix=f"t{uuid4().hex[:8]}-", budget_seconds=20)
    engine = ElasticsearchEngine(connection)
    yield engine
    engine.indices.drop_all()


@pytest.fixture
def account(site):
    return TopicFactory(parent=site.topics_en, title="Account")


@pytest.fixture
def articles(site, account, index):
    """A few articles in both languages, indexed."""
    found = {
        "reset": ArticleFactory(
            parent=account,
            title="Reset your password",
            short_answer="Open the sign-in page and choose Forgot password.",
            also_asked_as="forgot my login",
            body=paragraph("<p>We send a link. It works for one hour.</p>"),
        ),
        "cancel": ArticleFactory(
            parent=account,
            title="Cancel an order",
            body=paragraph("<p>Orders can be cancelled until they are packed.</p>"),
        ),
        "staff": ArticleFactory(
            parent=account, title="Password secrets", visibility=Visibility.STAFF
        ),
        "signed-in": ArticleFactory(
            parent=account, title="Password for members", visibility=Visibility.SIGNED_IN
        ),
        "draft": ArticleFactory(parent=account, title="Password draft", live=False),
        "ja": ArticleFactory(
            parent=site.topics_ja, title="返品したい", short_answer="14日以内です。"
        ),
        "ja-2": ArticleFactory(parent=site.topics_ja, title="パスワードを忘れた場合"),
    }
    index()
    return found
