"""Test collections in BEIR form: corpus.jsonl, queries.jsonl, qrels.tsv."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.analysis.characters import has_japanese
from search.embedding.passages import Parts

# A text of short lines, hardly any of which ends like a sentence, is a list of phrasings.
FEWEST_PHRASES = 3
LONGEST_PHRASE = 100
LONGEST_PHRASE_JAPANESE = 40
MOST_SENTENCES = 0.2
_STATEMENT_ENDS = (".", "。", "．", ":", "：")


class CollectionError(Exception):
    """The folder is not a collection; the message names the file, the line and the fault."""


@dataclass(frozen=True, slots=True)
class TestDocument:
    """One document of the corpus."""

    id: str
    title: str
    text: str

    @property
    def parts(self) -> Parts:
        """What is embedded of it. A list of phrasings is what editors enter as "also asked as"."""
        phrases = phrase_list(self.text)
        return Parts.of(self.title, phrases, "" if phrases else self.text)


def phrase_list(text: str) -> list[str]:
    """The lines of a text that is a list of phrasings ("other ways to ask"); else none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    longest = LONGEST_PHRASE_JAPANESE if has_japanese(text[:500]) else LONGEST_PHRASE
    sentences = sum(len(line) > longest or line.endswith(_STATEMENT_ENDS) for line in lines)
    is_list = len(lines) >= FEWEST_PHRASES and sentences <= MOST_SENTENCES * len(lines)
    return lines if is_list else []


@dataclass(frozen=True, slots=True)
class TestQuestion:
    """One question and its relevant documents: id → grade (1 and up); none: it has no answer."""

    id: str
    text: str
    relevant: Mapping[str, int]

    @property
    def best(self) -> frozenset[str]:
        """The documents of the question's highest grade."""
        top = max(self.relevant.values(), default=0)
        return frozenset(id for id, grade in self.relevant.items() if grade == top)


@dataclass(frozen=True, slots=True)
class Collection:
    """A whole test collection in one language."""

    name: str
    language: str
    documents: tuple[TestDocument, ...]
    questions: tuple[TestQuestion, ...]

    @property
    def answerable(self) -> tuple[TestQuestion, ...]:
        """The questions that have a relevant document."""
        return tuple(question for question in self.questions if question.relevant)


def read_collection(folder: Path) -> Collection:
    """Read a folder in BEIR form. Raises CollectionError."""
    if not folder.is_dir():
        raise CollectionError(f"{folder} is not a folder")
    documents = [
        TestDocument(_text(row, "_id"), _text(row, "title"), _text(row, "text"))
        for row in _rows(folder / "corpus.jsonl")
    ]
    grades = _grades(folder / "qrels.tsv")
    questions = [
        TestQuestion(_text(row, "_id"), _text(row, "text"), grades.get(str(row["_id"]), {}))
        for row in _rows(folder / "queries.jsonl")
    ]
    if not documents or not questions:
        raise CollectionError(f"{folder}: no documents or no questions")
    language = _language(folder / "corpus.jsonl", documents)
    return Collection(folder.name, language, tuple(documents), tuple(questions))


def _language(corpus: Path, documents: list[TestDocument]) -> str:
    declared = Counter(row["language"] for row in _rows(corpus) if row.get("language"))
    if declared:
        return str(declared.most_common(1)[0][0])
    japanese = sum(has_japanese(document.text) for document in documents)
    return "ja" if japanese * 2 > len(documents) else "en"


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict) or "_id" not in row:
                    raise CollectionError(f"{path.name}, line {number}: no _id")
                yield row
    except OSError as error:
        raise CollectionError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CollectionError(f"{path.name}, line {number}: {error}") from error


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    number = 1
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            next(reader, None)
            for number, row in enumerate(reader, 2):  # noqa: B007 - the error names it
                if not row:
                    continue
                question, document, grade = row
                if int(grade) > 0:
                    grades.setdefault(question, {})[document] = int(grade)
    except OSError as error:
        raise CollectionError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CollectionError(f"{path.name}, line {number}: {error}") from error
    return grades
