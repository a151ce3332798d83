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
    "田中@example.jp に届かない": "[email] に届かない",
    "mail taro@例え.jp please": "mail [email] please",
    "田中＠例え．ｊｐ": "[email]",
    "4111.1111.1111.1111": "[card]",
    "id 12 34 56 78 90": "id [number]",
    "1 2 3 4 5 6 7 8 9 0": "[number]",
    "１ ２ ３ ４ ５ ６ ７ ８ ９": "[number]",
    "my address is 192.168.10.25": "my address is [ip]",
    "IPは192.168.1.25です": "IPは[ip]です",
    "ping 10.20.30.40.": "ping [ip].",
    "パスワードは hunter2": "パスワードは [token]",
    "パスワードはhunter2です": "パスワードは[token]です",
    "パスワード：hunter2": "パスワード：[token]",
    "暗証番号は4711": "暗証番号は[token]",
    "my password is hunter2": "my password is [token]",
    "password is: pass_word": "password is: [token]",
    "ghp_abcdefghij": "[token]",
    "use sk-proj-ab1cd2ef3": "use [token]",
    "xoxb-17-abcdef is mine": "[token] is mine",
    "AKIAIOSFODNNEXAMPLE": "[token]",
    "IBAN DE89 3704 0044 0532 0130 00 refused": "IBAN [iban] refused",
    "GB29NWBK60161331926819": "[iban]",
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
    "firmware 4.1.1.2 or v100.0.1.2",
    "Oracle 19.3.0.0",
    "2026 11 22 10 30",
    "2 3 4 people",
    "password is wrong",
    "my password is incorrect!",
    "password is not working",
    "the password is case-sensitive",
    "password is ERR-1042",
    "パスワードは8文字以上ですか",
    "パスワードは8-16文字",
    "パスワードは2026年に変えた",
    "パスワードは忘れました",
    "パスワード：忘れた",
    "sk-learning-by-doing",
    "KT10 2000 WATT",
    "12 000 yen or 1 200 000",
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
