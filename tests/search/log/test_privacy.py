import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.log.privacy import scrub

REPLACED = {
    "mail taro.yamada+x@example.co.jp please": "mail [email] please",
    "メールはtaro@example.comです": "メールは[email]です",
    "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ に届かない": "[email] に届かない",
    "call 03-1234-5678": "call [phone]",
    "電話は０３ー１２３４ー５６７８です": "電話は[phone]です",
    "(03)1234-5678": "[phone]",
    "090 1234 5678": "[phone]",
    "09012345678": "[phone]",
    "0120-123-456": "[phone]",
    "+81 90-1234-5678": "[phone]",
    "+44 20 7946 0958 rings": "[phone] rings",
    "(212) 555-0123": "[phone]",
    "01 23 45 67 89": "[phone]",
    "card 4111 1111 1111 1111 declined": "card [card] declined",
    "カード４１１１１１１１１１１１１１１１": "カード[card]",
    "4111-1111-1111-1112": "[number]",
    "order 1234567": "order [number]",
    "注文番号１２３４５６": "注文番号[number]",
    "my number 1234 5678 9012": "my number [number]",
    "deadbeefcafe0123456789": "[token]",
    "key sk_live_51H8xTqLkdIwHu7ixUE9": "key sk_live_[token]",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1": "[token]",
    "550e8400-e29b-41d4-a716-446655440000": "[token]",
    "password: hunter2 does not work": "password: [token] does not work",
    "https://example.com/reset?code=abc&x=1 fails": "https://example.com/reset[query] fails",
    "https://me:secret1@example.com/": "https://[query]@example.com/",
}
KEPT = (
    "ERR-1042",
    "error 0x80070005 on start",
    "v2.3.1 or 10.15.7",
    "Chrome 100.0.4896.127",
    "new tea of 2027",
    "2026-11-22 10:30",
    "2026年11月22日",
    "12,000円",
    "how-to-reset-my-password-on-windows-11",
    "返品したい",
    "internationalization",
    "what is 5 + 5?",
    "@mention",
)


@pytest.mark.parametrize(("text", "expected"), REPLACED.items())
def test_what_identifies_is_replaced(text, expected):
    assert scrub(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_what_does_not_stays(text):
    assert scrub(text) == text


PIECES = st.sampled_from(
    [*REPLACED, *KEPT, "0", "９", "-", "ー", " ", "+", "(", "@", ".", "a", "?x=", "[", "]", "pwd="]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join))
def test_scrubbing_leaves_no_long_number_and_twice_changes_nothing(text):
    once = scrub(text)
    assert scrub(once) == once
