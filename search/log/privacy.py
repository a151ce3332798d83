"""Scrubbing: what identifies a person never reaches a store.

Every pattern is looked for in a copy of the text in which full-width characters and the many
dashes are plain ASCII; the copy has the same length, so that a place found in it is a place in
the original, and everything around it stays as it was typed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(dash): "-" for dash in "‐‑‒–—―−－─━"
}
_PLAIN[0x3000] = " "
_PLAIN_TABLE = str.maketrans({chr(code): plain for code, plain in _PLAIN.items()})
# The long-vowel mark is a dash where people type numbers with an IME.
_LONG_VOWEL_AS_DASH = re.compile(r"(?<=[0-9)])[ーｰ](?=[0-9(])")

# Codes that look like numbers but name an error, not a person: 0x80070005.
_KEPT = re.compile(r"(?<![0-9A-Za-z])0[xX][0-9A-Fa-f]{2,8}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What to look for, the marker to leave, and a further test where a pattern is too wide.

    Where a pattern has a group named secret, only that is replaced.
    """

    marker: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = lambda found: True


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _passes_luhn(text: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1, annex B), for 13 to 19 digits."""
    digits = [int(digit) for digit in _digits(text)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_mixed(text: str) -> bool:
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


# In this order: what contains others comes first. E.164 allows 15 digits; Japanese numbers have
# 10 or 11 with their leading 0.
_RULES = (
    _Rule("[query]", re.compile(r"(?<=[\w/])[?#][\w.%\-]+=[!-~]*")),
    _Rule("[query]", re.compile(r"(?<=://)[^\s/@]+(?=@)")),
    _Rule("[email]", re.compile(r"[A-Za-z0-9._%+'\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")),
    _Rule("[token]", re.compile(r"(?i)\bbearer +[!-~]{8,}")),
    _Rule(
        "[token]",
        re.compile(
            r"(?i)\b(?:token|api[_\-]?key|secret|password|passwd|pwd) *[=:] *(?P<secret>[!-~]+)"
        ),
    ),
    _Rule("[token]", re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]*)?")),
    _Rule(
        "[token]",
        re.compile(r"(?i)(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"),
    ),
    _Rule("[token]", re.compile(r"[A-Za-z0-9]{16,}[A-Za-z0-9+/_=\-]*"), _is_mixed),
    _Rule("[card]", re.compile(r"(?<!\d)(?:\d[ \-]?){12,18}\d(?!\d)"), _passes_luhn),
    _Rule(
        "[phone]",
        re.compile(r"\+\d[\d ().\-]{6,22}\d"),
        lambda found: 8 <= len(_digits(found)) <= 15,
    ),
    _Rule(
        "[phone]",
        re.compile(r"(?<!\d)\(?0\d{1,4}\)?[ \-]{0,2}\(?\d{1,4}\)?[ \-]{0,2}\d{3,4}(?!\d)"),
        lambda found: 10 <= len(_digits(found)) <= 11,
    ),
    _Rule("[phone]", re.compile(r"(?<![\d.])0\d(?:[. ]\d\d){4}(?![\d.])")),
    _Rule("[phone]", re.compile(r"(?<![\d.])\(?\d{3}\)?[\-. ]{1,2}\d{3}[\-. ]\d{4}(?![\d.])")),
    _Rule(
        "[number]",
        re.compile(r"(?<!\d)\d{3,}(?:[ \-]\d{3,}){2,}(?!\d)"),
        lambda found: len(_digits(found)) >= 10,
    ),
    _Rule("[number]", re.compile(r"\d{6,}")),
)


def scrub(text: str) -> str:
    """``text`` with markers in place of what may identify a person or open a door.

    Replaced: e-mail addresses, phone numbers, card numbers, tokens, the query strings and user
    names in addresses, and any run of six or more digits, full-width ones too. Kept: error codes
    (ERR-1042, 0x80070005), version numbers, years, dates. Scrubbing twice changes nothing.

    >>> scrub("ERR-1042 on v2.3, mail taro@example.co.jp or call 03-1234-5678")
    'ERR-1042 on v2.3, mail [email] or call [phone]'
    """
    for rule in _RULES:
        text = _replace(text, rule)
    return text


def _replace(text: str, rule: _Rule) -> str:
    plain = _LONG_VOWEL_AS_DASH.sub("-", text.translate(_PLAIN_TABLE))
    kept = [match.span() for match in _KEPT.finditer(plain)]
    pieces, at = [], 0
    for start, end in _places(rule, plain):
        if not any(first <= start and end <= last for first, last in kept):
            pieces += [text[at:start], rule.marker]
            at = end
    return "".join([*pieces, text[at:]])


def _places(rule: _Rule, plain: str) -> Iterator[tuple[int, int]]:
    group = "secret" if "secret" in rule.pattern.groupindex else 0
    return (match.span(group) for match in rule.pattern.finditer(plain) if rule.holds(match[0]))
