"""What the pages tell the search log."""

import pytest
from playwright.sync_api import Page, Route, expect

from search.log.models import SearchEvent
from tests.browser.steps import box, recorded, rows, type_question

pytestmark = pytest.mark.xdist_group("browser")


def delayed(page: Page, route: Route, milliseconds: int) -> None:
    page.wait_for_timeout(milliseconds)
    route.continue_()


class TestTyping:
    def test_a_pause_settles_and_typing_on_replaces(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parc")
        (first,) = recorded(page, 1, action="search")
        assert (first.text, first.application) == ("parc", "type-ahead")
        box(page).press_sequentially("el late")
        for _ in range(50):
            page.wait_for_timeout(100)
            if SearchEvent.objects.get(action="search").text != "parc":
                break
        replaced = SearchEvent.objects.get(action="search")
        assert (replaced.pk, replaced.text) == (first.pk, "parcel late")

    def test_no_single_keystrokes(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.wait_for_timeout(500)
        assert SearchEvent.objects.count() == 0

    def test_impressions_count_from_one(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "late parcel")
        events = recorded(page, 1, action="impression")
        assert (events[0].position, events[0].object_id) == (1, str(portal.late.pk))
        assert [event.position for event in events] == list(range(1, len(events) + 1))

    def test_a_click_and_the_reading_after_it(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "track")
        rows(page).first.click()
        page.wait_for_url("**/orders/track/")
        (click,) = recorded(page, 1, action="click")
        (search,) = recorded(page, 1, action="search")
        assert (click.position, click.query_id) == (1, search.query_id)
        page.wait_for_timeout(2100)
        page.goto("/en/")
        (dwell,) = recorded(page, 1, action="dwell")
        assert dwell.seconds >= 2
        assert (dwell.object_id, dwell.previous_id) == (click.object_id, search.pk)
        assert len({event.visit for event in SearchEvent.objects.all()}) == 1

    def test_a_late_list_is_no_search_after_the_click(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "trac")
        page.route("**/suggest?q=track&*", lambda route: delayed(page, route, 500))
        page.route("**/orders/track/", lambda route: delayed(page, route, 1000))
        with page.expect_request("**/suggest?q=track&*"):
            page.keyboard.type("k")
        rows(page).first.click()
        page.wait_for_url("**/orders/track/")
        page.wait_for_timeout(500)
        (search,) = recorded(page, 1, action="search")
        assert search.text == "trac"

    def test_an_answer_read_in_place(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel late")
        page.wait_for_timeout(3000)
        assert not SearchEvent.objects.filter(action="answer_read").exists()
        (read,) = recorded(page, 1, action="answer_read")
        assert read.object_id == str(portal.late.pk)

    def test_leaving_the_page_settles(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.goto("/en/contact/")
        (search,) = recorded(page, 1, action="search")
        assert search.text == "parcel"

    def test_a_next_question_names_its_predecessor(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        (first,) = recorded(page, 1, action="search")
        box(page).fill("")
        type_question(page, "password")
        second = recorded(page, 2, action="search")[-1]
        assert (second.text, second.previous_id) == ("password", first.pk)


class TestResultsPage:
    def test_the_script_confirms_the_record_of_the_server(self, portal, page: Page):
        page.goto("/en/search/?q=parcel")
        recorded(page, 2, action="impression")
        (search,) = recorded(page, 1, action="search")
        assert (search.text, search.provisional) == ("parcel", False)
        page.locator(".result__title a").nth(1).click()
        (click,) = recorded(page, 1, action="click")
        assert (click.position, click.query_id) == (2, search.query_id)

    def test_a_sent_question_is_one_search(self, portal, page: Page):
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("Enter")
        page.wait_for_url("**/en/search/?q=parcel")
        recorded(page, 2, action="impression")
        assert [event.text for event in recorded(page, 1, action="search")] == ["parcel"]

    def test_turning_to_people(self, portal, page: Page):
        page.goto("/en/search/?q=zzzzzz")
        (search,) = recorded(page, 1, action="search", provisional=False)
        page.evaluate("document.addEventListener('click', event => event.preventDefault())")
        page.locator(".contact-card [data-contact]").click()
        (contact,) = recorded(page, 1, action="contact")
        assert (contact.visit, contact.previous_id) == (search.visit, search.pk)


class TestWithoutScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return {**browser_context_args, "java_script_enabled": False}

    def test_a_question_is_answered_and_recorded(self, portal, page: Page):
        page.goto("/en/")
        box(page).fill("late parcel")
        page.locator(".question-box__button").click()
        expect(page.locator(".result__title").first).to_have_text("My parcel is late")
        (search,) = recorded(page, 1)
        assert (search.text, search.provisional) == ("late parcel", True)
        page.locator(".result__title a").first.click()
        expect(page.locator("h1")).to_have_text("My parcel is late")
        page.locator("summary").click()
        expect(page.locator(".collapsible__content")).to_be_visible()

    def test_narrowing_and_languages_are_links(self, portal, page: Page):
        page.goto("/en/search/?q=account+steps")
        page.locator(".facet__choice", has_text="Account").click()
        expect(page.locator(".result__title")).to_have_text("Reset your password")
        page.goto("/en/topics/account/password/")
        page.get_by_role("link", name="日本語").first.click()
        expect(page.locator("h1")).to_have_text("パスワードを忘れた場合")
