"""Whatever a file holds, it becomes blocks that Wagtail can read, or is refused with a reason."""

from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.blocks import StreamValue

from kb.import_export import front_matter
from kb.import_export.report import Unreadable
from kb.import_export.resolve import Resolver
from kb.models import Article
from tests.kb.import_export.files import body

MARKS = r"""
    # ## A {#a} 1. * > >[!NOTE] >[!TAB x] +++ ``` ` ** [a](b.md) ![a](b.png) [!UICONTROL ] {{a}}
    {{b}} <!-- --> <table> </table> <tr> <td rowspan=2> </td> <p> <pre> </pre> <x-y> <br> <div>
    </div> | - {a=b} --- 茶 😀 text &lt; &#27; <
"""
LINES = ["\n", "\n\n", "    ", "1. ", "* ", "+++ x\n", "| a | b |\n", "| - | - |\n", "> [!NOTE]"]
PIECES = [*MARKS.split(), *LINES]
INCLUDES = {"a": "1. Included {{b}}\n", "b": "{{a}} <table><tr>"}
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join)


@settings(max_examples=6000, deadline=None)
@given(texts)
def test_any_text_becomes_blocks(text):
    blocks = body(text, includes=INCLUDES, articles=("orders/b.md",))
    resolved = Resolver({"orders/b.md": 7}, image=lambda block: block).body(blocks)
    stream_block = Article._meta.get_field("body").stream_block
    value = StreamValue(stream_block, resolved, is_lazy=True)
    assert [child.block_type for child in value] == [block["type"] for block in blocks]
    assert all("<script" not in str(block) for block in resolved)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["title", "description", "keywords", "feature", "role",
    "stage", "visibility", "last-update", "ht-degree", "hide", "draft", "also_asked_as"]),
    st.none() | st.text(max_size=400) | st.integers() | st.booleans() | st.dates()
    | st.lists(st.text(max_size=20), max_size=4)))  # fmt: skip
def test_any_head_is_fields_or_refused(values):
    try:
        found = front_matter.metadata(values)
    except Unreadable as error:
        assert str(error)
    else:
        assert len(found.short_answer) <= 300
        assert len(found.product) <= 120 and len(found.audience) <= 120
