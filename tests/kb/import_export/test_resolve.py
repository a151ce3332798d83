from kb.import_export.resolve import Resolver


def resolver() -> Resolver:
    return Resolver({"a&b.md": 7}, image=lambda block: block)


def text(html: str) -> dict[str, str]:
    return {"type": "paragraph", "value": html}


def test_links_get_ids_of_pages_or_become_words():
    made = resolver()
    link = '<a linktype="article" id="a&amp;b.md">here</a>'
    (block,) = made.body([text(f'<p>{link} <a linktype="article" id="gone.md">there</a></p>')])
    assert block["value"] == '<p><a linktype="page" id="7">here</a> there</p>'
    assert made.unresolved == 1


def test_ids_of_blocks_follow_their_content():
    first = resolver().body([text("a"), text("b"), text("a")])
    second = resolver().body([text("new"), text("a"), text("b"), text("a")])
    assert [block["id"] for block in first] == [block["id"] for block in second][1:]
    assert len({block["id"] for block in second}) == 4


def test_blocks_inside_blocks_have_ids_too():
    steps = {
        "type": "steps",
        "value": {"start": 1, "steps": [{"type": "item", "value": [text("a")]}]},
    }
    (block,) = resolver().body([steps])
    (item,) = block["value"]["steps"]
    assert item["id"] and item["value"][0]["id"]
