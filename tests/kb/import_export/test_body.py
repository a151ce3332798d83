from tests.kb.import_export.files import body, builder, pairs

TRACK = "orders/track.md"
RETURNS = "returns/return-an-item.md"


class TestText:
    def test_the_first_heading_of_level_one_is_the_title_and_left_out(self):
        assert pairs(body("# Track my order\n\nText")) == [("paragraph", "<p>Text</p>")]

    def test_headings_have_level_and_anchor(self):
        text = "## A *hot* tea {#hot}\n\n##### Deep\n\n# Second\n"
        assert pairs(body(text)) == [
            ("heading", {"text": "A hot tea", "level": "h2", "anchor": "hot"}),
            ("heading", {"text": "Deep", "level": "h4", "anchor": ""}),
            ("heading", {"text": "Second", "level": "h2", "anchor": ""}),
        ]

    def test_emphasis_code_and_line_breaks(self):
        text = "**Bold** *slanted* `a < b` ~~gone~~\\\nnext"
        assert pairs(body(text)) == [
            (
                "paragraph",
                "<p><b>Bold</b> <i>slanted</i> <code>a &lt; b</code> <s>gone</s><br>next</p>",
            )
        ]

    def test_a_line_break_between_japanese_characters_is_no_blank(self):
        assert pairs(body("お茶を\n入れる")) == [("paragraph", "<p>お茶を入れる</p>")]

    def test_quotations_hold_no_paragraphs(self):
        assert pairs(body("> Tea\n>\n> Cup")) == [
            ("paragraph", "<blockquote>Tea</blockquote>"),
            ("paragraph", "<blockquote>Cup</blockquote>"),
        ]

    def test_scripts_and_handlers_are_cleaned_away(self):
        text = 'Tea <script>alert(1)</script><a href="javascript:x()" onclick="y()">cup</a>'
        (block,) = body(text)
        assert "script" not in block["value"] and "onclick" not in block["value"]

    def test_placeholders_in_angle_brackets_stay_readable(self):
        assert pairs(body("Use <your-domain> here")) == [
            ("paragraph", "<p>Use &lt;your-domain&gt; here</p>")
        ]

    def test_fenced_code_keeps_language_and_text(self):
        text = '```json\n{\n  "a": 1\n}\n```\n'
        assert pairs(body(text)) == [("code", {"language": "json", "code": '{\n  "a": 1\n}'})]


class TestLists:
    def test_a_bullet_list_is_text_without_paragraphs_in_its_items(self):
        text = "* Tea\n\n  Hot\n* Cups\n  1. small\n  1. large\n"
        assert pairs(body(text)) == [
            (
                "paragraph",
                "<ul><li>Tea<br>Hot</li><li>Cups<ol><li>small</li><li>large</li></ol></li></ul>",
            )
        ]

    def test_an_ordered_list_is_steps_with_details(self):
        text = """
            1. Open the app.
            1. Tap **Add**.

               >[!TIP]
               >
               >Hold it level.

               ```
               code
               ```
            """
        assert pairs(body(text)) == [
            (
                "steps",
                {
                    "start": 1,
                    "steps": [
                        {
                            "type": "item",
                            "value": [{"type": "paragraph", "value": "<p>Open the app.</p>"}],
                        },
                        {
                            "type": "item",
                            "value": [
                                {"type": "paragraph", "value": "<p>Tap <b>Add</b>.</p>"},
                                {
                                    "type": "callout",
                                    "value": {"kind": "tip", "text": "<p>Hold it level.</p>"},
                                },
                                {"type": "code", "value": {"language": "", "code": "code"}},
                            ],
                        },
                    ],
                },
            )
        ]

    def test_steps_count_on_from_their_first_number(self):
        ((_type, value),) = pairs(body("3. Third\n"))
        assert value["start"] == 3

    def test_an_included_step_and_the_next_ones_are_one_list(self):
        text = "{{open}}\n\n1. Tap it.\n"
        ((_type, value),) = pairs(body(text, includes={"open": "\n1. Open the app.\n"}))
        assert len(value["steps"]) == 2

    def test_a_list_is_cut_where_text_cannot_hold_an_item(self):
        text = "* One\n* Two\n\n  ```\n  code\n  ```\n\n* Three\n"
        assert pairs(body(text)) == [
            ("paragraph", "<ul><li>One</li></ul>"),
            ("paragraph", "<ul><li>Two</li></ul>"),
            ("code", {"language": "", "code": "code"}),
            ("paragraph", "<ul><li>Three</li></ul>"),
        ]


class TestCallouts:
    def test_kind_and_text(self):
        assert pairs(body(">[!WARNING]\n>\n>**Hot!**\n>\n>* really\n")) == [
            ("callout", {"kind": "warning", "text": "<p><b>Hot!</b></p><ul><li>really</li></ul>"})
        ]

    def test_text_may_begin_on_the_line_of_the_marker(self):
        assert pairs(body("> [!NOTE] Mind the lid.\n> It is hot.\n")) == [
            ("callout", {"kind": "note", "text": "<p>Mind the lid. It is hot.</p>"})
        ]

    def test_one_quotation_may_hold_several(self):
        text = ">[!NOTE]\n>\n>One\n>\n>[!TIP]\n>\n>Two\n"
        assert [value["kind"] for _type, value in pairs(body(text))] == ["note", "tip"]

    def test_a_table_stands_between_the_parts_of_its_callout(self):
        text = ">[!NOTE]\n>\n>One\n>\n>| a |\n>| - |\n>| b |\n>\n>Two\n"
        assert [block["type"] for block in body(text)] == ["callout", "table", "callout"]

    def test_texts_for_the_interface_of_the_product_are_left_out(self):
        assert body('>[!CONTEXTUALHELP]\n>id="x"\n>title="Tea"\n') == []

    def test_a_frame_keeps_its_content(self):
        assert pairs(body(">[!BEGINSHADEBOX]\n\nTea\n\n>[!ENDSHADEBOX]\n")) == [
            ("paragraph", "<p>Tea</p>")
        ]


class TestSections:
    def test_a_section_opens_on_request(self):
        assert pairs(body("+++ Show **more**\n\nTea\n\n+++\n\nAfter")) == [
            (
                "collapsible",
                {
                    "title": "Show more",
                    "content": [{"type": "paragraph", "value": "<p>Tea</p>"}],
                },
            ),
            ("paragraph", "<p>After</p>"),
        ]

    def test_steps_inside_a_section_are_text(self):
        ((_type, value),) = pairs(body("+++ More\n\n1. One\n1. Two\n\n+++\n"))
        assert value["content"] == [
            {"type": "paragraph", "value": "<ol><li>One</li><li>Two</li></ol>"}
        ]

    def test_tabs_are_headings(self):
        text = ">[!BEGINTABS]\n\n>[!TAB Green tea]\n\n70 °C\n\n>[!ENDTABS]\n"
        assert pairs(body(text)) == [
            ("heading", {"text": "Green tea", "level": "h3", "anchor": ""}),
            ("paragraph", "<p>70 °C</p>"),
        ]

    def test_videos_are_links(self):
        assert pairs(body(">[!VIDEO](https://video.example.com/v/1?quality=12)\n")) == [
            ("video", {"url": "https://video.example.com/v/1?quality=12", "title": ""})
        ]


class TestLinks:
    def test_links_to_articles_name_their_files(self):
        text = "[a](../returns/return-an-item.md#top) [b](/returns/return-an-item.md)"
        link = f'<a linktype="article" id="{RETURNS}">'
        (block,) = body(text, articles=(TRACK, RETURNS))
        assert block["value"] == f"<p>{link}a</a> {link}b</a></p>"

    def test_links_elsewhere_stay(self):
        text = "[site](https://example.com/?a=1&b=2) <mail@example.com>"
        (block,) = body(text)
        assert block["value"] == (
            '<p><a href="https://example.com/?a=1&amp;b=2">site</a> '
            '<a href="mailto:mail@example.com">mail@example.com</a></p>'
        )

    def test_links_to_nothing_are_words_and_noted(self):
        made = builder(articles=(TRACK,))
        (block,) = made.build("[gone](gone.md), [far](../../../etc/passwd), [here](#nowhere)")
        assert block["value"] == "<p>gone, far, here</p>"
        assert made.findings.unresolved_links == ["gone.md", "../../../etc/passwd", "#nowhere"]

    def test_links_inside_the_page_find_their_heading(self):
        blocks = body("[a](#hot) [b](#in-brief)\n\n## Hot tea {#hot}\n\n## In brief\n")
        assert blocks[0]["value"] == '<p><a href="#hot">a</a> <a href="#in-brief">b</a></p>'

    def test_raw_links_are_resolved_too(self):
        (block,) = body('See <a href="track.md" class="x">this</a>.', articles=(TRACK,))
        assert block["value"] == f'<p>See <a linktype="article" id="{TRACK}">this</a>.</p>'


class TestImages:
    def test_a_picture_of_the_source_is_an_image(self):
        assert pairs(body("![A cup](cup.png)", files=("orders/cup.png",))) == [
            (
                "image",
                {
                    "image": {"source": "orders/cup.png"},
                    "decorative": False,
                    "alt_text": "A cup",
                },
            )
        ]

    def test_a_picture_without_description_is_decorative(self):
        ((_type, value),) = pairs(body("![](cup.png)", files=("orders/cup.png",)))
        assert value["decorative"] is True

    def test_a_missing_picture_leaves_its_description(self):
        made = builder()
        assert pairs(made.build("![A cup](assets/cup.png)")) == [
            ("missing_image", {"alt": "A cup"})
        ]
        assert made.findings.missing_images == 1

    def test_inside_a_sentence_the_description_stands_in_the_text(self):
        assert pairs(body("Tap ![Menu](menu.png) now")) == [
            ("paragraph", "<p>Tap <i>[Menu]</i> now</p>")
        ]

    def test_a_picture_inside_a_sentence_follows_it(self):
        blocks = body("Tap ![Menu](menu.png) now", files=("orders/menu.png",))
        assert [block["type"] for block in blocks] == ["paragraph", "image"]


class TestTables:
    def test_pipe_tables(self):
        text = "| Code | Help |\n| --- | --- |\n| `E1` | **Wait** |\n| E2 | |\n"
        assert pairs(body(text)) == [
            (
                "table",
                {
                    "columns": [
                        {"type": "text", "heading": "Code"},
                        {"type": "text", "heading": "Help"},
                    ],
                    "rows": [
                        {"values": ["<p><code>E1</code></p>", "<p><b>Wait</b></p>"]},
                        {"values": ["<p>E2</p>", ""]},
                    ],
                    "caption": "",
                },
            )
        ]

    def test_html_tables_between_paragraphs(self):
        text = "Before\n\n<table>\n<tr>\n\n<td>Tea</td></tr></table>\n\nAfter"
        assert [block["type"] for block in body(text)] == ["paragraph", "table", "paragraph"]

    def test_a_table_indented_too_far_is_no_code(self):
        assert [
            b["type"] for b in body("Text\n\n        <table><tr><td>Tea</td></tr></table>\n")
        ] == [
            "paragraph",
            "table",
        ]

    def test_markdown_in_a_cell(self):
        ((_type, value),) = pairs(body("<table><tr><td>**Hot** tea</td></tr></table>"))
        assert value["rows"] == [{"values": ["<p><b>Hot</b> tea</p>"]}]


class TestHtml:
    def test_preformatted_text_is_code_with_its_line_breaks(self):
        assert pairs(body("<pre>a=1<br>b=2</pre>\n")) == [
            ("code", {"language": "", "code": "a=1\nb=2"})
        ]

    def test_blocks_and_lists(self):
        assert pairs(body("<ul>\n<li><p>One</p><p>more</p></li>\n<li>Two</li>\n</ul>\n")) == [
            ("paragraph", "<ul><li>One<br>more</li><li>Two</li></ul>")
        ]
