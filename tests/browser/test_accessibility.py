"""Every page passes axe in both languages, both themes, narrow and wide; nothing sticks out."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.steps import type_question

pytestmark = pytest.mark.xdist_group("browser")

WIDTHS = (320, 1280)
PAGES = {
    "home": "/{locale}/",
    "topics": "/{locale}/topics/",
    "topic": "/{locale}/topics/orders/",
    "article": "/{locale}/topics/orders/late/",
    "empty search": "/{locale}/search/",
    "results": "/{locale}/search/?q={question}",
    "no results": "/{locale}/search/?q=zzzzzz",
    "wrong address": "/{locale}/search/?q=x&page=-1",
    "contact": "/{locale}/contact/",
    "sign-in": "/{locale}/login/?next=/{locale}/topics/",
    "not found": "/{locale}/lost-parcel/",
}
QUESTIONS = {"en": "parcel", "ja": "返品"}


def violations(page: Page) -> str:
    results = Axe().run(page)
    return results.generate_report() if results.violations_count else ""


def sticks_out(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ja"])
class TestPages:
    def test_are_accessible_and_fit(self, portal, page: Page, locale, theme):
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for name, address in PAGES.items():
                page.goto(address.format(locale=locale, question=QUESTIONS[locale]))
                assert not violations(page), f"{name} at {width} px"
                assert sticks_out(page) <= 0, f"{name} at {width} px"

    def test_open_list_is_accessible(self, portal, page: Page, locale, theme):
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"/{locale}/")
            type_question(page, QUESTIONS[locale])
            page.keyboard.press("ArrowDown")
            assert not violations(page), f"{width} px"
            assert sticks_out(page) <= 0, f"{width} px"


class TestReflow:
    def test_at_200_percent_nothing_is_lost(self, portal, page: Page):
        page.set_viewport_size({"width": 640, "height": 512})  # 1280 × 1024 at 200 %
        page.goto("/en/")
        type_question(page, "parcel")
        assert sticks_out(page) <= 0

    def test_list_shows_its_active_row_in_forced_colours(self, portal, page: Page):
        page.emulate_media(forced_colors="active")
        page.goto("/en/")
        type_question(page, "parcel")
        page.keyboard.press("ArrowDown")
        active = page.locator("[role=option][aria-selected=true]")
        other = page.locator("[role=option][aria-selected=false]").first
        outline = "row => getComputedStyle(row).outlineStyle"
        assert (active.evaluate(outline), other.evaluate(outline)) == ("solid", "none")


class TestSkipLink:
    def test_comes_first_and_leads_to_the_content(self, portal, page: Page):
        page.goto("/en/topics/orders/late/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-link"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


class TestPolicy:
    def test_no_page_is_stopped_by_its_own_policy(self, portal, page: Page):
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for address in ("/en/", "/ja/topics/orders/late/", "/en/search/?q=parcel"):
            page.goto(address)
        assert complaints == []


class TestWeight:
    def test_article_page_stays_below_its_budget(self, portal, page: Page):
        sizes: list[int] = []
        page.on("response", lambda response: sizes.append(len(response.body())))
        page.goto("/en/topics/orders/late/", wait_until="networkidle")
        assert sum(sizes) <= 100_000
