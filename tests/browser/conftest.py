"""Browser tests: the filled portal on a live server, seen through Chromium."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.factories import create_site
from tests.portal import Portal, create_portal


@pytest.fixture
def portal(live_server, settings, tmp_path) -> Portal:
    """The filled portal; the index is this test's own."""
    settings.INDEX_DIR = tmp_path / "index"
    settings.ANNAI_CONTACT_EMAIL = "help@example.com"
    return create_portal(create_site())


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """Playwright's page; what it sends on leaving arrives before the database is emptied."""
    yield page
    with suppress(PlaywrightError):  # a test may have closed it
        page.goto("about:blank")
        page.wait_for_timeout(300)


@pytest.fixture(scope="session")
def base_url(live_server) -> str:
    """Playwright resolves relative addresses against the live server."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, base_url):
    """An English-speaking reader on a desktop, unless a test says otherwise."""
    return {**browser_context_args, "base_url": base_url, "locale": "en-GB"}
