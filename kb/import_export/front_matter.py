"""The head of a file, and what it says about the article."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml
from django.utils.translation import gettext as _

from kb.import_export.dialect import term_text
from kb.import_export.report import Unreadable

FENCE = re.compile(
    r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
SENTENCE_END = re.compile(r"[.!?](?=[\s\"')\]”’]|$)[\"')\]”’]*|[。！？][」』）]*")
SHORT_ANSWER_LENGTH = 300
FACET_LENGTH = 120
TAG_LENGTH = 100

# libyaml where PyYAML was built with it: ten times as fast.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Metadata:
    """What the head of a file says, cleaned. Empty strings where it says nothing."""

    title: str
    short_answer: str
    also_asked_as: tuple[str, ...]
    tags: tuple[str, ...]
    product: str
    audience: str
    stage: str
    visibility: str
    verified_on: date | None
    hidden: bool
    human_translation: int | None  # per cent


def split(text: str) -> tuple[Mapping[str, Any], str]:
    """The head as a mapping (empty without one) and the rest. Raises Unreadable for bad YAML."""
    match = FENCE.match(text)
    if match is None:
        return {}, text
    try:
        values = yaml.load(match["yaml"], Loader=Loader)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(_("its head is not valid YAML: %s") % _where(error)) from error
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise Unreadable(_("its head is not a list of names and values"))
    return values, text[match.end() :]


def _where(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    return (
        _("line %(line)s: %(problem)s") % {"line": mark.line + 2, "problem": problem}
        if mark
        else problem
    )


def metadata(values: Mapping[str, Any]) -> Metadata:
    """The head's values as an article's fields. Raises Unreadable for values outside their list."""
    return Metadata(
        title=plain(values.get("title")),
        short_answer=short_answer(plain(values.get("description"))),
        also_asked_as=_several(values.get("also_asked_as"), separators=None),
        tags=tuple(tag[:TAG_LENGTH] for tag in _several(values.get("keywords"))),
        product=_facet(values.get("feature")),
        audience=_facet(values.get("role")),
        stage=_choice(values, "stage", ("before", "during", "after"), ""),
        visibility=_choice(values, "visibility", ("public", "signed-in", "staff"), "public"),
        verified_on=_day(values.get("last-update")),
        hidden=_is_yes(values.get("hide")) or _is_yes(values.get("draft")),
        human_translation=_per_cent(values.get("ht-degree")),
    )


def plain(value: object) -> str:
    """A value as one line of text, marked terms, emphasis and links reduced to their words."""
    text = term_text(str(value)) if value is not None else ""
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text)
    return " ".join(text.replace("**", "").replace("`", "").split())


def short_answer(text: str) -> str:
    """``text`` if it fits, else its sentences that do, else its beginning with an ellipsis."""
    if not any(character.isalnum() for character in text):
        return ""
    if len(text) <= SHORT_ANSWER_LENGTH:
        return text
    ends = [m.end() for m in SENTENCE_END.finditer(text) if m.end() <= SHORT_ANSWER_LENGTH]
    if ends:
        return text[: ends[-1]].rstrip()
    cut = text[: SHORT_ANSWER_LENGTH - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _several(value: object, separators: str | None = r"[,;、，；]") -> tuple[str, ...]:
    """A list's items, or the parts of a text, without blanks and repetitions."""
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        parts = [plain(part) for part in value if part is not None]
    else:
        parts = re.split(separators or r"\n", str(value))
    return tuple(dict.fromkeys(word for part in parts if (word := plain(part))))


def _facet(value: object) -> str:
    """Several values in one field, parted by commas; a value that does not fit is left out."""
    result = ""
    for part in _several(value):
        longer = f"{result}, {part}" if result else part
        result = longer if len(longer) <= FACET_LENGTH else result
    return result


def _choice(values: Mapping[str, Any], name: str, choices: tuple[str, ...], default: str) -> str:
    value = plain(values.get(name)).lower()
    if value and value not in choices:
        message = _("%(name)s is “%(value)s”, not one of %(choices)s")
        listed = ", ".join(choices)
        raise Unreadable(message % {"name": name, "value": value[:50], "choices": listed})
    return value or default


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None


def _is_yes(value: object) -> bool:
    """``draft: Probably`` counts: what may be unfinished is not published unseen."""
    return plain(value).lower() not in {"", "false", "no", "none", "0"}


def _per_cent(value: object) -> int | None:
    match = re.match(r"\s*(\d{1,3})\s*%?", str(value)) if value is not None else None
    return min(int(match[1]), 100) if match else None
