"""Text from stored blocks."""

import pytest

from search.indexing.plain_text import body_text, rich_text_lines


def block(kind, value):
    return {"type": kind, "value": value, "id": "x"}


CASES = [
    (
        "paragraph",
        "<p>One <b>two</b>.</p><ul><li>three</li><li>four</li></ul>",
        "One two.\nthree\nfour",
    ),
    ("paragraph", "<p>a<br/>b &amp; c</p>", "a\nb & c"),
    ("paragraph", "<p>no <!-- secret -->comment</p>", "no comment"),
    ("paragraph", '<p>see</p><embed alt="The menu" embedtype="image" id="1"/>', "see\nThe menu"),
    (
        "paragraph",
        '<ul><li>You chose a refund: <a linktype="page" id="1">When will I get it?</a></li>'
        '<li>Late again? See <a linktype="page" id="2">delivery times by region</a>.</li>'
        '<li><a linktype="page" id="3">Cancel the subscription</a>, if you have one.</li></ul>'
        '<p>Open <a linktype="page" id="1">Account settings</a> and choose Cancel.</p>',
        "Late again? See delivery times by region.\nCancel the subscription, if you have one.\n"
        "Open Account settings and choose Cancel.",
    ),
    (
        "paragraph",
        '<p><a linktype="page" id="1">Next <b>step</b></a></p>'
        '<p>関連記事：<a linktype="page" id="1">返品</a>、<a linktype="page" id="2">返金</a></p>'
        "<p>End</p>",
        "End",
    ),
    ("paragraph", '<p><a href="mailto:a@b.example">a@b.example</a></p>', "a@b.example"),
    ("paragraph", "全角　空白\x00と制御", "全角 空白と制御"),
    ("heading", {"text": "Sign in", "level": "h2", "anchor": ""}, "Sign in"),
    ("callout", {"kind": "note", "text": "<p>Careful.</p>"}, "Careful."),
    ("image", {"image": 1, "decorative": False, "alt_text": "A teapot"}, "A teapot"),
    ("image", {"image": 1, "decorative": True, "alt_text": "Swirl"}, ""),
    ("image", 7, ""),
    ("missing_image", {"alt": "The old menu"}, "The old menu"),
    ("code", {"language": "sh", "code": "ls -l\n\ncd /"}, "ls -l\ncd /"),
    ("video", {"url": "https://example.com/v", "title": "How to pour"}, "How to pour"),
    (
        "table",
        {
            "columns": [{"type": "text", "heading": "Code"}, {"type": "text", "heading": "Means"}],
            "rows": [
                {"values": ["<p>E1</p>", '<p><a linktype="page" id="1">Add water</a></p>']},
                {"values": ["E2", None]},
            ],
            "caption": "Errors",
        },
        "Errors\nCode\nMeans\nE1\nAdd water\nE2",
    ),
    (
        "steps",
        {
            "start": 1,
            "steps": [
                {"type": "item", "value": [block("paragraph", "<p>Open</p>")], "id": "1"},
                {"type": "item", "value": [block("code", {"code": "go"})], "id": "2"},
                {
                    "type": "item",
                    "value": [block("paragraph", '<p><a linktype="page" id="1">Close</a></p>')],
                    "id": "3",
                },
            ],
        },
        "Open\ngo\nClose",
    ),
    (
        "collapsible",
        {"title": "More", "content": [block("paragraph", "<p>Hidden at first</p>")]},
        "More\nHidden at first",
    ),
    ("internal_note", {"text": "<p>Never tell</p>"}, ""),
    ("related_article", 12, ""),
    ("from_the_future", {"text": "?"}, ""),
    ("paragraph", None, ""),
]


@pytest.mark.parametrize(("kind", "value", "text"), CASES)
def test_block(kind, value, text):
    assert body_text([block(kind, value)]).text == text


def test_an_internal_note_inside_nothing_leaks():
    body = body_text(
        [
            block("paragraph", "<p>a</p>"),
            block("internal_note", {"text": "x"}),
            block("code", {"code": "b"}),
        ]
    )
    assert body.text == "a\nb"


POINTERS = block("paragraph", '<ul><li>Next: <a linktype="page" id="1">Refunds</a></li></ul>')
TEXT = block("paragraph", "<p>Text</p>")


def heading(text):
    return block("heading", {"text": text, "level": "h2", "anchor": ""})


@pytest.mark.parametrize(
    ("blocks", "text", "headings"),
    [
        ([heading("A"), TEXT, heading("Next"), POINTERS], "A\nText", ("A",)),
        ([heading("Next"), POINTERS, heading("A"), TEXT], "A\nText", ("A",)),
        ([heading("A"), POINTERS, TEXT], "A\nText", ("A",)),
        ([heading("A"), TEXT, POINTERS], "A\nText", ("A",)),
        ([heading("A"), heading("B"), TEXT], "A\nB\nText", ("A", "B")),
        ([POINTERS], "", ()),
    ],
)
def test_a_heading_of_nothing_but_pointers_goes_with_them(blocks, text, headings):
    body = body_text(blocks)
    assert (body.text, body.headings) == (text, headings)


def test_headings_are_listed_and_stay_in_the_text():
    body = body_text(
        [
            block("heading", {"text": "First"}),
            block("paragraph", "<p>text</p>"),
            block(
                "collapsible", {"title": "Second", "content": [block("heading", {"text": "Third"})]}
            ),
        ]
    )
    assert body.headings == ("First", "Second", "Third")
    assert body.text == "First\ntext\nSecond\nThird"


def test_rich_text_without_markup_is_kept():
    assert list(rich_text_lines("a &lt; b")) == ["a < b"]


def test_lone_surrogates_do_no_harm():
    assert body_text([block("paragraph", "<p>\ud800a</p>")]).text == "a"
