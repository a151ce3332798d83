"""A small filled and indexed portal, for tests of search pages and of the browser."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kb.models import Article, Topic
from search.engines import embedded
from search.indexing.rebuild import rebuild_index
from tests.factories import ArticleFactory, Site, TopicFactory, paragraph


@dataclass(frozen=True)
class Portal:
    """The pages tests speak of."""

    site: Site
    orders: Topic
    account: Topic
    late: Article
    password: Article
    password_ja: Article
    returns_ja: Article


def create_portal(site: Site) -> Portal:
    """Two topics a language, a handful of articles, one of them long; everything indexed."""
    orders = TopicFactory(parent=site.topics_en, title="Orders", slug="orders")
    account = TopicFactory(parent=site.topics_en, title="Account", slug="account")
    account_ja = TopicFactory(
        parent=site.topics_ja,
        title="アカウント",
        slug="account",
        translation_key=account.translation_key,
    )
    orders_ja = TopicFactory(
        parent=site.topics_ja,
        title="ご注文",
        slug="orders",
        translation_key=orders.translation_key,
    )
    late = ArticleFactory(
        parent=orders,
        title="My parcel is late",
        slug="late",
        short_answer="Wait two days, then report the late parcel in your order.",
        body=_long_body(),
        product="Shop",
        audience="Customers",
        stage="after",
        verified_on=date(2026, 9, 15),
    )
    ArticleFactory(parent=orders, title="Track a parcel", slug="track", body=_body())
    ArticleFactory(parent=orders, title="Lost parcel procedure", visibility="staff", body=_body())
    ArticleFactory(parent=orders, title="Parcel draft", live=False, body=_body())
    password = ArticleFactory(
        parent=account, title="Reset your password", slug="password", body=_body()
    )
    password_ja = ArticleFactory(
        parent=account_ja,
        title="パスワードを忘れた場合",
        slug="password",
        short_answer="ログイン画面から再設定できます。",
        body=paragraph("<p>再設定のリンクをメールでお送りします。</p>"),
        translation_key=password.translation_key,
    )
    returns_ja = ArticleFactory(
        parent=orders_ja,
        title="返品の方法",
        slug="returns",
        body=paragraph("<p>お届けから14日以内に返品できます。</p>"),
    )
    ArticleFactory(
        parent=orders_ja,
        title="荷物が届かないときは",
        slug="late",
        translation_key=late.translation_key,
        short_answer="2日お待ちください。",
        body=_long_body(),
    )
    index_everything()
    return Portal(site, orders, account, late, password, password_ja, returns_ja)


def index_everything() -> None:
    """Bring the embedded index up to what the database holds."""
    rebuild_index(embedded())


def _body() -> list[tuple[str, str]]:
    return paragraph("<p>Open your account and follow the steps.</p>")


def _long_body() -> Iterable[tuple[str, object]]:
    """Every kind of block that needs no file."""
    text = "<p>Open your <b>order</b> and choose the parcel, then <code>ERR-1042</code>.</p>"
    cell = "<p>One day</p>"
    return [
        ("paragraph", f"{text}<ul><li>First</li><li>Second</li></ul>"),
        ("heading", {"text": "Check first", "level": "h2", "anchor": "check"}),
        ("callout", {"kind": "warning", "text": text}),
        ("heading", {"text": "Report it", "level": "h2", "anchor": "report"}),
        ("steps", {"start": 1, "steps": [[("paragraph", text)], [("paragraph", text)]]}),
        ("heading", {"text": "Deadlines", "level": "h3", "anchor": "deadlines"}),
        ("code", {"language": "json", "code": '{"parcel": "' + "x" * 200 + '"}'}),
        ("collapsible", {"title": "Storms", "content": [("paragraph", cell)]}),
        ("video", {"url": "https://example.com/v", "title": "How to report"}),
        ("missing_image", {"alt": "The order page"}),
        ("internal_note", {"text": "<p>Goodwill up to 10 euro.</p>"}),
    ]
