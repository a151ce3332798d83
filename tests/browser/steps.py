"""What browser tests do and look at again and again."""

from urllib.parse import urlencode

from playwright.sync_api import Locator, Page

from search.log.models import SearchEvent

# A list is painted after the debounce and one request; slow machines get their time.
PATIENCE_MS = 10_000


def box(page: Page) -> Locator:
    """The question box's field."""
    return page.locator("input[name=q]").first


def rows(page: Page) -> Locator:
    """The rows of the open list."""
    return page.locator("[role=listbox]:visible [role=option]")


def type_question(page: Page, text: str) -> None:
    """Type at the end of the field and wait for the list of all that stands there."""
    box(page).click()
    page.keyboard.press("End")
    whole = f"?{urlencode({'q': (box(page).input_value() + text).strip()})}&"
    with page.expect_response(lambda response: whole in response.url):
        box(page).press_sequentially(text, delay=20)
    rows(page).first.wait_for(timeout=PATIENCE_MS)


def active_row(page: Page) -> str:
    """The text of the row that aria-activedescendant names; empty if none."""
    identifier = box(page).get_attribute("aria-activedescendant")
    return page.locator(f"[id='{identifier}']").inner_text() if identifier else ""


def recorded(page: Page, number: int, **filters: object) -> list[SearchEvent]:
    """Wait until so many events are in the log; all of them in order of time."""
    events = SearchEvent.objects.filter(**filters).order_by("timestamp", "action", "position")
    for _ in range(100):
        if events.count() >= number:
            break
        page.wait_for_timeout(100)
    return list(events)


class Ime:
    """An input method at work, through the DevTools protocol.

    Every step fires what Chromium fires for a real one: composition events, input events with
    isComposing, and keys with code 229.
    """

    def __init__(self, page: Page) -> None:
        self.devtools = page.context.new_cdp_session(page)

    def compose(self, text: str) -> None:
        """The composing text becomes ``text``."""
        self._key("Process")
        self.devtools.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )

    def press(self, key: str) -> None:
        """A key that the input method takes for itself."""
        self._key(key)

    def commit(self, text: str) -> None:
        """Enter confirms ``text``."""
        self._key("Enter")
        self.devtools.send("Input.insertText", {"text": text})

    def _key(self, key: str) -> None:
        event = {"windowsVirtualKeyCode": 229, "key": key, "code": key}
        self.devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **event})
