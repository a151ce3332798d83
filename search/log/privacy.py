"""Scrubbing: what identifies a person never reaches a store.

Every pattern is looked for in a copy of the text in which full-width characters and the many
dashes are plain ASCII; the copy has the same length, so that a place found in it is a place in
the original, and everything around it stays as it was typed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
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

_CODE = re.compile(r"[A-Z]{2,}-\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What to look for, the marker to leave, and a further test where a pattern is too wide.

    Where a pattern has a group named secret, only that is tested and replaced.
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


def _passes_mod_97(text: str) -> bool:
    """The check of bank accounts' numbers (ISO 13616: 15 to 34 letters and digits)."""
    account = "".join(text.split())
    moved = account[4:] + account[:4]
    return 15 <= len(account) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _is_address(text: str) -> bool:
    """Whether four numbers are an IPv4 address rather than a version.

    4.1.1.2 and 10.0.0.5 may be either, and our readers ask about versions: an address is taken
    for one when it begins with 32 or more, which versions of four parts hardly reach, or when
    every part has two digits. Chrome's versions (100.0.4896.127) go beyond 255.
    """
    parts = [int(part) for part in text.split(".")]
    return max(parts) <= 255 and (parts[0] >= 32 or min(parts) >= 10)


def _is_long(text: str) -> bool:
    """Whether spaced groups have nine digits or more, years (2026 11 22 10 30) not counted."""
    return len("".join(g for g in text.split() if not _YEAR.fullmatch(g))) >= 9


def _looks_secret(text: str) -> bool:
    """Whether the word after "password is" is one: "wrong", "8-16" and "case-sensitive" are not."""
    word = text.strip(".,;:!?\"'()")
    if word.isdigit():
        return len(word) >= 4 and not _YEAR.fullmatch(word)
    odd = any(c.isdigit() or c in "!#$%&*+=?@^_~<>|\\" for c in word)
    return len(word) >= 4 and odd and any(map(str.isalpha, word)) and not _CODE.fullmatch(word)


def _is_mixed(text: str) -> bool:
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


# What ends a name in running text that has no spaces. Brackets: markers are no names.
_NAME = r"[^\s@\[\]()<>/:;,、。「」『』]+"

# In this order: what contains others comes first. E.164 allows 15 digits; Japanese numbers have
# 10 or 11 with their leading 0.
_RULES = (
    _Rule("[query]", re.compile(r"(?<=[\w/])[?#][\w.%\-]+=[!-~]*")),
    _Rule("[query]", re.compile(r"(?<=://)[^\s/@]+(?=@)")),
    _Rule("[email]", re.compile(r"[A-Za-z0-9._%+'\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")),
    # Names and domains in any script, after those that can be told from Japanese around them.
    _Rule("[email]", re.compile(rf"{_NAME}@{_NAME}\.{_NAME}")),
    _Rule("[token]", re.compile(r"(?i)\bbearer +[!-~]{8,}")),
    _Rule(
        "[token]",
        re.compile(
            r"(?i)(?:\b(?:token|api[_\-]?key|secret|password|passwd|pwd)|パスワード|暗証番号)"
            r" *[=:] *(?P<secret>[!-~]+)"
        ),
    ),
    _Rule(
        "[token]",
        re.compile(
            r"(?i)(?:\b(?:password|passcode|passwd|pwd|pin) +is:? +|(?:パスワード|暗証番号) *は *)"
            r"(?P<secret>[!-~]+)"
        ),
        _looks_secret,
    ),
    _Rule(
        "[iban]",
        re.compile(
            r"(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
        ),
        _passes_mod_97,
    ),
    # GitHub, GitLab, Slack, AWS, Google; OpenAI and its like (with a digit: not sk-learning).
    _Rule(
        "[token]",
        re.compile(
            r"(?<![A-Za-z0-9])(?:gh[opsur]_|github_pat_|glpat-|xox[a-z]-|AKIA|ASIA|AIza"
            r"|sk-(?=[A-Za-z_\-]*\d))[A-Za-z0-9_\-]{8,}"
        ),
    ),
    _Rule("[token]", re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]*)?")),
    _Rule(
        "[token]",
        re.compile(r"(?i)(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"),
    ),
    _Rule("[token]", re.compile(r"[A-Za-z0-9]{16,}[A-Za-z0-9+/_=\-]*"), _is_mixed),
    _Rule(
        "[ip]",
        re.compile(r"(?<![A-Za-z0-9_.])\d{1,3}(?:\.\d{1,3}){3}(?![A-Za-z0-9_]|\.\d)"),
        _is_address,
    ),
    _Rule("[card]", re.compile(r"(?<!\d)(?:\d[ .\-]?){12,18}\d(?!\d)"), _passes_luhn),
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
    _Rule("[number]", re.compile(r"(?<![\d.])\d+(?: \d+){2,}(?![\d.])"), _is_long),
    _Rule("[number]", re.compile(r"\d{6,}")),
)


def scrub(text: str) -> str:
    """``text`` with markers in place of what may identify a person or open a door.

    Replaced: e-mail and IPv4 addresses, phone, card and bank account numbers, tokens, passwords
    that are called so, the query strings and user names in addresses, any run of six or more
    digits, and nine or more with single spaces, full-width ones too. Kept: error codes (ERR-1042,
    0x80070005), version numbers, years, dates, prices. Scrubbing twice changes nothing.

    >>> scrub("ERR-1042 on v2.3, mail taro@example.co.jp or call 03-1234-5678")
    'ERR-1042 on v2.3, mail [email] or call [phone]'
    """
    # A marker may leave what another rule takes (a telephone number run into a longer one).
    while (scrubbed := _scrubbed_once(text)) != text:
        text = scrubbed
    return text


def _scrubbed_once(text: str) -> str:
    plain = _plain(text)
    for rule in _RULES:
        if found := list(_places(rule, plain)):
            text = _with_markers(text, plain, found, rule.marker)
            plain = _plain(text)
    return text


def _plain(text: str) -> str:
    """``text``, letter by letter, as the rules know it."""
    return _LONG_VOWEL_AS_DASH.sub("-", text.translate(_PLAIN_TABLE))


def _with_markers(text: str, plain: str, found: Iterable[tuple[int, int]], marker: str) -> str:
    kept = [match.span() for match in _KEPT.finditer(plain)]
    pieces, at = [], 0
    for start, end in found:
        if not any(first <= start and end <= last for first, last in kept):
            pieces += [text[at:start], marker]
            at = end
    return "".join([*pieces, text[at:]])


def _places(rule: _Rule, plain: str) -> Iterator[tuple[int, int]]:
    group = "secret" if "secret" in rule.pattern.groupindex else 0
    found = rule.pattern.finditer(plain)
    return (match.span(group) for match in found if rule.holds(match[group]))
