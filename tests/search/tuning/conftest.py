"""A small indexed site to tune."""

import pytest

from kb.visibility import Visibility
from search.engines import embedded
from search.indexing.rebuild import rebuild_index
from tests.factories import ArticleFactory, TopicFactory, paragraph
from tests.search.tuning.factories import sign_in, support_lead


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "index"
    settings.ELASTICSEARCH_URL = ""


@pytest.fixture
def lead(client, db):
    return sign_in(client, support_lead())


@pytest.fixture
def articles(site):
    """A few articles in both languages, indexed."""
    shop = TopicFactory(parent=site.topics_en, title="Shop")
    found = {
        "voucher": ArticleFactory(
            parent=shop,
            title="Redeem a voucher",
            short_answer="Enter the voucher's number at the checkout.",
            body=paragraph("<p>Each voucher works once.</p>"),
        ),
        "coupon": ArticleFactory(
            parent=shop, title="My coupon is refused", body=paragraph("<p>See its end date.</p>")
        ),
        "coupon-2": ArticleFactory(
            parent=shop, title="Where to get a coupon", body=paragraph("<p>In our letters.</p>")
        ),
        "coupon-3": ArticleFactory(
            parent=shop, title="Coupon rules", body=paragraph("<p>One coupon an order.</p>")
        ),
        "parcel": ArticleFactory(
            parent=shop, title="Track a parcel", body=paragraph("<p>Open your order.</p>")
        ),
        "staff": ArticleFactory(
            parent=shop, title="Secret coupon ledger", visibility=Visibility.STAFF
        ),
        "ja": ArticleFactory(parent=site.topics_ja, title="領収書の発行"),
    }
    rebuild_index(embedded())
    return found
