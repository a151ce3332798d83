"""The text of a synonym rule: written, read, checked by itself.

Two-way: ``parcel, package, shipment``; one-way: ``tv, telly → television``. Words may be phrases;
they are separated by commas or lines.
"""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from search.query.rules import Terms
from search.query.synonyms import MAX_PHRASE_TERMS, SynonymRule, phrase_forms
from search.tuning.enums import SynonymKind

MAX_ALTERNATIVES = 20  # of one word: more would make the word mean anything
MAX_WORDS = MAX_ALTERNATIVES + 1  # on one side of a rule
MAX_WORD_LENGTH = 100

_SEPARATOR = re.compile(r"[,、，;；\r\n]+")
_ARROW = re.compile(r"→|⇒|->|=>")


def read_rule(kind: str, text: str) -> SynonymRule:
    """The rule a text says. Raises ValidationError where its form is not that of its kind."""
    sides = [_words(side) for side in _ARROW.split(text)]
    if kind == SynonymKind.TWO_WAY:
        if len(sides) > 1:
            raise ValidationError(_("An arrow makes a rule one-way: choose that kind."))
        if len(sides[0]) < 2:
            raise ValidationError(_("Write at least two words, separated by commas or lines."))
        return SynonymRule(sides[0], sides[0])
    if len(sides) != 2 or not all(sides):
        raise ValidationError(_("Write it as “left → right”, with one arrow between the words."))
    return SynonymRule(*sides)


def write_rule(rule: SynonymRule) -> str:
    """The rule as one line: what ``read_rule`` reads."""
    sides = (rule.left,) if rule.left == rule.right else (rule.left, rule.right)
    return " → ".join(", ".join(side) for side in sides)


def check_rule(rule: SynonymRule, locale: str) -> None:
    """Raise ValidationError where the rule makes no sense by itself."""
    for side in (rule.left, rule.right):
        if len(side) > MAX_WORDS:
            raise ValidationError(
                _("These are %(count)d words; a rule holds at most %(most)d. Import a list of "
                  "rules instead."),
                params={"count": len(side), "most": MAX_WORDS},
            )  # fmt: skip
    words = rule.left if rule.left == rule.right else (*rule.left, *rule.right)
    first_of: dict[Terms, str] = {}
    for word in words:
        form = _checked_form(word, locale)
        if form in first_of:
            raise ValidationError(
                _("“%(word)s” and “%(other)s” are the same word to search: leave one out."),
                params={"word": word, "other": first_of[form]},
            )
        first_of[form] = word


def _checked_form(word: str, locale: str) -> Terms:
    if len(word) > MAX_WORD_LENGTH:
        raise ValidationError(
            _("“%(word)s…” is too long: a word or phrase has at most %(most)d characters."),
            params={"word": word[:20], "most": MAX_WORD_LENGTH},
        )
    forms = phrase_forms(word, locale)
    if not forms:
        raise ValidationError(
            _("“%(word)s” has no word that search looks for: it would match everything."),
            params={"word": word},
        )
    if any(len(form) > MAX_PHRASE_TERMS for form in forms):
        raise ValidationError(
            _("“%(word)s” is too long: a phrase has at most %(most)d words."),
            params={"word": word, "most": MAX_PHRASE_TERMS},
        )
    return forms[0]


def _words(side: str) -> tuple[str, ...]:
    parts: Sequence[str] = [" ".join(word.split()) for word in _SEPARATOR.split(side)]
    return tuple(dict.fromkeys(part for part in parts if part))
