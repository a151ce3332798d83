"""The main job from end to end, as people do it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.roles import SUPPORT_LEADS, establish_roles
from tests.browser.steps import box, recorded, rows, type_question

pytestmark = pytest.mark.xdist_group("browser")


def test_an_english_question_with_a_typo_finds_its_article(portal, page: Page):
    page.goto("/en/")
    type_question(page, "forgot my pasword")
    expect(rows(page).first).to_contain_text(portal.password.title)
    rows(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(portal.password.title)


def test_what_three_visitors_do_not_find_stands_in_the_report(
    portal, browser: Browser, page: Page, base_url
):
    for visitor in ("one", "two", "three"):
        context = browser.new_context(base_url=base_url, user_agent=f"Mozilla/5.0 ({visitor})")
        reader = context.new_page()
        reader.goto("/en/")
        box(reader).fill("bicycle repair")
        reader.keyboard.press("Enter")
        reader.wait_for_url("**/en/search/?q=bicycle*")
        expect(reader.locator("main")).to_contain_text("bicycle repair")
        context.close()
    assert len(recorded(page, 3, action="search")) == 3
    establish_roles([portal.site.en, portal.site.ja])
    lead = User.objects.create_user("lead", password="tea-and-rain-7")
    lead.groups.add(*lead.groups.model.objects.filter(name=SUPPORT_LEADS.name))
    page.goto("/admin/login/?next=/admin/reports/failed-searches/")
    page.get_by_label("Username").fill("lead")
    page.get_by_label("Password").fill("tea-and-rain-7")
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="bicycle repair")
    expect(row).to_have_count(1)
    assert [cell.strip() for cell in row.locator("td").all_inner_texts()][2:6] == [
        "3",
        "3",
        "3",
        "3",
    ]
