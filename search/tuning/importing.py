"""A list of synonym rules in and out as CSV: language, kind, words, note."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from search.spreadsheets import restore
from search.tuning.changes import changes_by_saving
from search.tuning.golden import Fallen, falling
from search.tuning.models import Synonym
from search.tuning.rule_set import MAX_RULES, RuleSet
from search.tuning.rules import raise_version
from search.tuning.words import check_rule, write_rule

COLUMNS = ("locale", "kind", "words", "note")
MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would add, how many of its rules are there already, and what is wrong."""

    synonyms: tuple[Synonym, ...] = ()
    known: int = 0
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What has been read of a file so far."""

    sets: dict[str, RuleSet] = field(default_factory=dict)
    stored: set[tuple[str, str, str]] = field(default_factory=set)
    synonyms: list[Synonym] = field(default_factory=list)
    known: int = 0
    problems: list[str] = field(default_factory=list)


def plan_import(content: bytes) -> ImportPlan:
    """Read and check a file; nothing is saved. A second reading of a saved file adds nothing."""
    try:
        rows = _rows(content)
    except ValidationError as error:
        return ImportPlan(problems=tuple(error.messages))
    reading = _Reading(stored=set(Synonym.objects.values_list("locale", "kind", "words")))
    for number, row in rows:
        try:
            _read_row(row, reading)
        except ValidationError as error:
            text = " ".join(error.messages)
            reading.problems.append(_("Row %(row)d: %(text)s") % {"row": number, "text": text})
    return ImportPlan(tuple(reading.synonyms), reading.known, tuple(reading.problems))


def fallen_by_import(plan: ImportPlan) -> list[Fallen]:
    """The golden questions that the plan would push out of the first three.

    Raises EngineUnavailable when search does not answer.
    """
    return falling(changes_by_saving(plan.synonyms))


def save_import(plan: ImportPlan) -> None:
    """Save the rules of a plan without problems, all or none."""
    with transaction.atomic():
        Synonym.objects.bulk_create(plan.synonyms, batch_size=500)
        raise_version()


def _rows(content: bytes) -> Sequence[tuple[int, dict[str, str]]]:
    """(row number in the file, cells by column) of every row that is not empty."""
    if len(content) > MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1_000_000}
        )
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if not {"locale", "kind", "words"} <= set(lines.fieldnames or ()):
            raise ValidationError(
                _("The first row has to name the columns: %(columns)s.")
                % {"columns": ", ".join(COLUMNS)}
            )
        rows = list(_filled(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValidationError(_("This is not a CSV file in UTF-8.")) from error
    most = MAX_RULES * len(settings.LANGUAGES)
    if len(rows) > most:
        raise ValidationError(
            _("The file has %(count)d rules; at most %(most)d are possible, %(each)d a language.")
            % {"count": len(rows), "most": most, "each": MAX_RULES}
        )
    return rows


def _filled(lines: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    for line in lines:
        cells = {name: restore((line.get(name) or "").strip()) for name in COLUMNS}
        if any(cells.values()):
            yield lines.line_num, cells


def _read_row(row: dict[str, str], reading: _Reading) -> None:
    synonym = Synonym(**row)
    synonym.clean_fields()
    rule = synonym.rule
    check_rule(rule, synonym.locale)
    synonym.words = write_rule(rule)
    key = (synonym.locale, synonym.kind, synonym.words)
    if key in reading.stored:
        reading.known += 1
        return
    if synonym.locale not in reading.sets:
        stored = Synonym.objects.filter(locale=synonym.locale)
        reading.sets[synonym.locale] = RuleSet(synonym.locale, (other.rule for other in stored))
    rules = reading.sets[synonym.locale]
    rules.check(rule)
    rules.add(rule)
    reading.synonyms.append(synonym)
