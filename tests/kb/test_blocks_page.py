"""Each block of an article's body as readers see it."""

import pytest
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from kb.blocks import TableBlock
from tests.factories import ArticleFactory, TopicFactory, staff_reader
from tests.kb.factories import heading
from tests.pages import html_of


@pytest.fixture
def show(client, site):
    topic = TopicFactory(parent=site.topics_en)

    def show(*body) -> str:
        article = ArticleFactory(parent=topic, body=list(body))
        html = html_of(client.get(article.get_url()))
        return html.partition('class="prose"')[2].partition('<footer class="facts">')[0]

    return show


def test_heading_has_an_address_of_its_own(show):
    html = show(heading("Late parcels", "h3"))
    assert '<h3 class="heading" id="late-parcels">' in html
    assert 'href="#late-parcels" data-copy-link' in html


def test_code_stays_as_it_is(show):
    html = show(("code", {"language": "html", "code": "<b>&amp;</b>\n  x"}))
    assert "<code>&lt;b&gt;&amp;amp;&lt;/b&gt; x</code>" in html


def test_video_is_only_a_link(show):
    html = show(("video", {"url": "https://example.com/v", "title": "How to"}))
    assert 'href="https://example.com/v"' in html
    assert "<iframe" not in html


def test_missing_image_shows_its_description(show):
    assert "The order page" in show(("missing_image", {"alt": "The order page"}))


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning", "caution"])
def test_callout_says_its_kind(show, kind):
    html = show(("callout", {"kind": kind, "text": "<p>Mind the gap.</p>"}))
    assert f'class="callout callout--{kind}"' in html
    assert "<p>Mind the gap.</p>" in html


def test_table_has_header_cells(show):
    table = {
        "columns": [{"type": "text", "heading": "When"}, {"type": "text", "heading": "What"}],
        "rows": [{"values": ["<p>Now</p>", "<p>Wait</p>"]}],
        "caption": "Deadlines",
    }
    html = show(("table", TableBlock().to_python(table)))
    assert '<th scope="col">When</th>' in html
    assert '<th scope="col">What</th>' in html
    assert "<caption>Deadlines</caption>" in html
    assert "<p>Wait</p>" in html


def test_image_comes_in_modern_formats_with_its_size(show, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image = get_image_model().objects.create(title="x", file=get_test_image_file(size=(800, 600)))
    image.contextual_alt_text = "Order page"
    image.decorative = False
    html = show(("image", image))
    assert 'type="image/avif"' in html
    assert 'type="image/webp"' in html
    assert 'alt="Order page"' in html
    assert 'height="480"' in html
    assert 'width="640"' in html
    assert 'loading="lazy"' in html


def test_steps_keep_their_first_number(show):
    step = [("paragraph", "<p>Open the box.</p>")]
    html = show(("steps", {"start": 3, "steps": [step, step]}))
    assert '<ol class="steps" start="3">' in html
    assert html.count("<p>Open the box.</p>") == 2


def test_collapsible_works_without_script(show):
    html = show(("collapsible", {"title": "More", "content": [("paragraph", "<p>Inside</p>")]}))
    assert '<summary class="collapsible__title">More</summary>' in html
    assert "<p>Inside</p>" in html


def test_related_article_shows_to_those_who_may_read_it(show, site):
    public = ArticleFactory(parent=site.topics_en, title="Open to all")
    secret = ArticleFactory(parent=site.topics_en, title="Not for you", visibility="staff")
    html = show(("related_article", public), ("related_article", secret))
    assert "Open to all" in html
    assert "Not for you" not in html


def test_internal_note_is_for_colleagues_only(show, client):
    note = ("internal_note", {"text": "<p>Goodwill up to 10 euro</p>"})
    assert "Goodwill" not in show(note)
    client.force_login(staff_reader())
    assert "Goodwill" in show(note)


@pytest.mark.parametrize(
    "block",
    [
        heading(""),
        ("code", {"language": "", "code": ""}),
        ("callout", {"kind": "", "text": ""}),
        ("steps", {"start": None, "steps": []}),
        ("collapsible", {"title": "", "content": []}),
        ("related_article", None),
        ("image", None),
        ("table", None),
        ("missing_image", {"alt": ""}),
        ("video", {"url": "", "title": ""}),
    ],
    ids=lambda block: block[0],
)
def test_unfinished_block_leaves_the_page_standing(show, block):
    assert "Traceback" not in show(block)
