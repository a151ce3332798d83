"""The suggestion list by keyboard, by mouse and through an input method."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import Ime, active_row, box, recorded, rows, type_question

pytestmark = pytest.mark.xdist_group("browser")


class TestKeyboard:
    def test_arrows_walk_the_list_and_enter_opens_the_active_row(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        texts = rows(page).all_inner_texts()
        assert active_row(page) == ""
        page.keyboard.press("ArrowDown")
        assert active_row(page) == texts[0]
        page.keyboard.press("ArrowDown")
        assert active_row(page) == texts[1]
        page.keyboard.press("ArrowUp")
        assert active_row(page) == texts[0]
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(texts[0].splitlines()[0])

    def test_past_the_ends_stands_the_field(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("ArrowUp")
        assert "See all results" in active_row(page)
        page.keyboard.press("ArrowDown")
        assert active_row(page) == ""

    def test_home_and_end_move_the_caret(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Home")
        assert active_row(page) == ""
        assert box(page).evaluate("field => field.selectionStart") == 0
        page.keyboard.press("End")
        assert box(page).evaluate("field => field.selectionStart") == len("parcel")

    def test_escape_closes_then_clears(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("Escape")
        expect(rows(page)).to_have_count(0)
        expect(box(page)).to_have_value("parcel")
        expect(box(page)).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Escape")
        expect(box(page)).to_have_value("")

    def test_enter_without_an_active_row_asks_for_results(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("Enter")
        page.wait_for_url("**/en/search/?q=parcel")
        expect(page.locator(".result")).to_have_count(2)

    def test_tab_leaves_and_closes(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("Tab")
        expect(rows(page)).to_have_count(0)
        expect(page.locator(".question-box__button")).to_be_focused()

    def test_screen_readers_hear_how_many_there_are(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        expect(page.locator(".question-box [role=status]")).to_have_text("2 suggestions")


class TestList:
    def test_answers_in_place_with_matches_marked(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "late parc")
        first = rows(page).first
        expect(first).to_contain_text("Wait two days, then report the late parcel in your order.")
        assert first.locator("mark").all_inner_texts() == ["parc", "late"]

    def test_without_an_answer_leads_to_people(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "zzzzzz")
        expect(rows(page)).to_have_count(1)
        expect(rows(page)).to_contain_text("No answer for this yet")
        rows(page).click()
        page.wait_for_url("**/en/contact/")

    def test_late_answers_never_replace_newer_ones(self, portal, page: Page):
        page.goto("/en/")

        def slow_first(route):
            if "q=par&" in route.request.url:
                page.wait_for_timeout(1000)
            route.continue_()

        page.route("**/search/suggest*", slow_first)
        box(page).press_sequentially("par")
        page.wait_for_timeout(300)
        box(page).fill("reset")
        expect(rows(page).first).to_contain_text("Reset your password")
        page.wait_for_timeout(1200)
        expect(rows(page).first).to_contain_text("Reset your password")

    def test_says_when_search_cannot_be_reached(self, portal, page: Page):
        page.goto("/en/")
        page.route("**/search/suggest*", lambda route: route.abort())
        box(page).press_sequentially("parcel")
        note = page.locator(".question-box__note")
        expect(note).to_have_text("Search cannot be reached right now. Press Enter to try.")
        page.keyboard.press("Enter")
        page.wait_for_url("**/en/search/?q=parcel")

    def test_rows_are_large_enough_for_fingers(self, portal, page: Page):
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto("/en/")
        type_question(page, "parcel")
        for row in rows(page).all():
            assert row.bounding_box()["height"] >= 44


class TestInputMethod:
    def test_suggests_while_composing_and_leaves_the_text_alone(self, portal, page: Page):
        page.goto("/ja/")
        box(page).click()
        ime = Ime(page)
        for text in ("p", "ぱ", "ぱs", "ぱす", "ぱすw", "ぱすわ"):
            ime.compose(text)
        expect(rows(page).first).to_contain_text("パスワードを忘れた場合")
        expect(box(page)).to_have_value("ぱすわ")
        ime.press("ArrowDown")
        assert active_row(page) == ""
        ime.commit("パスワード")
        expect(box(page)).to_have_value("パスワード")
        assert page.url.endswith("/ja/")
        expect(rows(page).first).to_contain_text("パスワードを忘れた場合")

    def test_the_confirming_enter_does_not_search_but_the_next_does(self, portal, page: Page):
        page.goto("/ja/")
        box(page).click()
        ime = Ime(page)
        ime.compose("へんぴん")
        ime.commit("返品")
        page.wait_for_timeout(300)
        assert page.url.endswith("/ja/")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/ja/search/\?q="))
        expect(page.locator(".result__title")).to_have_text("返品の方法")

    def test_keys_work_again_after_the_commit(self, portal, page: Page):
        page.goto("/ja/")
        box(page).click()
        ime = Ime(page)
        ime.compose("ぱすわ")
        ime.commit("パスワード")
        expect(rows(page).first).to_contain_text("パスワードを忘れた場合")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ja/topics/account/password/")

    def test_nothing_is_settled_while_composing(self, portal, page: Page):
        page.goto("/ja/")
        box(page).click()
        ime = Ime(page)
        ime.compose("ぱすわ")
        expect(rows(page).first).to_be_visible()
        page.wait_for_timeout(2000)
        assert recorded(page, 0) == []
        ime.commit("パスワード")
        events = recorded(page, 1, action="search")
        assert [event.text for event in events] == ["パスワード"]
