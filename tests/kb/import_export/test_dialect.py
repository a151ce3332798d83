import pytest

from kb.import_export.dialect import (
    simplify,
    tables_on_one_line,
    term_text,
    with_includes,
    without_comments,
    without_presentation,
)


class TestComments:
    def test_a_comment_inside_a_line_goes(self):
        assert without_comments("Tea <!-- not -->is hot.") == "Tea is hot."

    def test_a_comment_may_span_blocks(self):
        assert without_comments("One\n\n<!--\n## Draft\n\ntext\n-->\n\nTwo\n") == "One\n\n\n\nTwo\n"

    def test_a_comment_ends_at_its_own_end_not_at_a_later_one(self):
        text = "   <!-- a -->kept\n\n   more\n<!-- b -->\n"
        assert without_comments(text) == "   kept\n\n   more\n\n"

    def test_the_rows_around_a_comment_stay_together(self):
        assert without_comments("| a |\n<!-- | b | -->\n| c |\n") == "| a |\n| c |\n"

    def test_an_open_comment_runs_to_the_end(self):
        assert without_comments("Tea\n<!-- open\nDraft\n") == "Tea\n\n"

    @pytest.mark.parametrize(
        "text",
        [
            "```html\n<!-- shown -->\n```\n",
            "`<!-- shown -->`",
            "1. ```\n   <!-- shown -->\n   ```\n",
            "~~~\n<!-- shown -->\n",
        ],
    )
    def test_comments_in_code_stay(self, text):
        assert without_comments(text) == text


class TestTerms:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("Click **[!UICONTROL Save]**.", "Click **Save**."),
            ("[!DNL Komorebi] app", "Komorebi app"),
            ("[!UICONTROL View in [!DNL Komorebi]] now", "View in Komorebi now"),
            ("[[!DNL Komorebi] guide](a.md)", "[Komorebi guide](a.md)"),
            ("[!UICONTROL Save](a.md)", "[Save](a.md)"),
            ("Run `[!UICONTROL Save]`.", "Run `Save`."),
            (">[!NOTE]", ">[!NOTE]"),
            ("```\n[!UICONTROL Save]\n```", "```\n[!UICONTROL Save]\n```"),
        ],
    )
    def test_terms_become_their_text(self, text, plain):
        assert term_text(text) == plain


class TestPresentation:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ('<span class="preview">New</span> tea', "New tea"),
            ('![cup](cup.png){width="400"} here', "![cup](cup.png) here"),
            ("[!BADGE Beta]{type=Informative}", "[!BADGE Beta]"),
            ('{style="table-layout:auto"}', ""),
            ('<div class="box">\n\nText\n\n</div>', "\n\nText\n\n"),
            ("Use {fieldName} here", "Use {fieldName} here"),
            ('`{width="400"}`', '`{width="400"}`'),
        ],
    )
    def test_what_only_looks_goes(self, text, plain):
        assert without_presentation(text) == plain


class TestIncludes:
    SECTIONS = {
        "hours": "We answer on weekdays.\n",
        "step": "\n1. Open **Account**.\n",
        "outer": "First. {{hours}}",
        "loop": "Round {{loop}}",
    }

    def test_a_section_replaces_its_key(self):
        assert with_includes("Note: {{hours}}", self.SECTIONS) == "Note: We answer on weekdays."

    def test_a_section_takes_the_indentation_of_its_key(self):
        text = with_includes("* Tea\n\n  {{step}}\n", self.SECTIONS)
        assert text == "* Tea\n\n  1. Open **Account**.\n"

    def test_sections_nest(self):
        assert with_includes("{{outer}}", self.SECTIONS) == "First. We answer on weekdays."

    def test_a_section_that_includes_itself_ends(self):
        assert with_includes("{{loop}}", self.SECTIONS) == "Round {{loop}}"

    def test_unknown_keys_and_code_stay(self):
        text = "/projects/{{projectID}} and `{{hours}}`"
        assert with_includes(text, self.SECTIONS) == text


class TestTables:
    def test_a_table_becomes_one_line_between_blank_lines(self):
        text = "Before\n<table>\n <tr>\n\n  <td>Tea</td>\n </tr>\n</table>\nAfter\n"
        assert tables_on_one_line(text) == (
            "Before\n\n<table> <tr> <td>Tea</td> </tr> </table>\n\n\nAfter\n"
        )

    def test_it_keeps_its_indentation(self):
        text = "1. Step\n\n   <table>\n   <tr><td>Tea</td></tr>\n   </table>\n"
        assert "\n   <table> <tr><td>Tea</td></tr> </table>\n" in tables_on_one_line(text)

    def test_tables_nest(self):
        text = "<table><tr><td><table>\n</table></td></tr>\n</table>"
        assert tables_on_one_line(text).strip() == (
            "<table><tr><td><table> </table></td></tr> </table>"
        )

    def test_an_open_table_ends_before_the_next_heading(self):
        text = "<table>\n<tr><td>Tea</td></tr>\n\n## Next\n"
        assert tables_on_one_line(text).endswith("\n\n## Next\n")

    def test_line_breaks_of_code_in_a_cell_are_kept(self):
        text = "<table><tr><td><pre>a\nb</pre></td></tr></table>"
        assert "<pre>a&#10;b</pre>" in tables_on_one_line(text)


def test_an_include_is_simplified_with_the_text_around_it():
    assert simplify("{{a}}", {"a": "[!UICONTROL Save]"}) == "Save"
