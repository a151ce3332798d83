"""Which words of a question an article holds, where, and by which synonym."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from search.analysis.characters import has_japanese
from search.engines.base import WITH_POSITIONS, Field, IndexDocument
from search.indexing.stored_texts import StoredText
from search.indexing.terms import TermPlace
from search.query.rules import Terms
from search.query.synonyms import met_by
from search.query.understand import Question


@dataclass(frozen=True, slots=True)
class Synonym:
    """What the question says, and what the article says in its place."""

    asked: str
    instead: str


@dataclass(frozen=True, slots=True)
class WordsMet:
    """Words as they were typed, in the order of the question, each once.

    ``title``, ``labels``, ``text``: those that stand there themselves (``text`` is the whole
    article, its title included). ``synonyms``: what other words stand for. ``missing``: what the
    article does not speak of at all.
    """

    title: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
    missing: tuple[str, ...] = ()


def words_met(question: Question, document: IndexDocument, text: StoredText | None) -> WordsMet:
    """What of the question stands in an article. ``text``: to spell synonyms as it does."""
    fields = {
        name: document.fields.get(name, ()) for name in (Field.TITLE, Field.LABELS, Field.TEXT)
    }
    met = [
        pair
        for name, terms in fields.items()
        for pair in met_by(question.synonyms, terms, in_order=name in WITH_POSITIONS)
    ]
    synonyms = dict.fromkeys((expansion.terms, alternative) for expansion, alternative in met)
    meant = {term for expansion, _ in met for term in expansion.terms}
    held = meant.union(*fields.values())
    missing = [term for term in question.distinct_terms if term not in held]
    return WordsMet(
        title=_typed(question, fields[Field.TITLE]),
        labels=_typed(question, fields[Field.LABELS]),
        text=_typed(question, fields[Field.TEXT]),
        synonyms=tuple(
            Synonym(_joined(_typed(question, asked)), _spelt(alternative, text))
            for asked, alternative in synonyms
        ),
        missing=_typed(question, missing),
    )


def typed_words(question: Question) -> dict[str, str]:
    """Every term searched for → the word as it was typed first."""
    typed: dict[str, str] = {}
    for token in question.searched:
        typed.setdefault(token.term, question.text[token.start : token.end])
    return {term: typed[term] for term in question.distinct_terms}


def _typed(question: Question, terms: Iterable[str]) -> tuple[str, ...]:
    wanted = set(terms)
    words = (word for term, word in typed_words(question).items() if term in wanted)
    return tuple(dict.fromkeys(words))


def _spelt(terms: Terms, text: StoredText | None) -> str:
    """The terms as title or body write them; as they are where neither does."""
    if text is not None:
        for whole, tokens in ((text.title, text.title_tokens), (text.body, text.body_tokens)):
            for start, end in _places(terms, tokens):
                return whole[start:end]
    return _joined(terms)


def _places(terms: Terms, tokens: Sequence[TermPlace]) -> Iterator[tuple[int, int]]:
    for at in range(len(tokens) - len(terms) + 1):
        run = tokens[at : at + len(terms)]
        if all(token[0] == term for token, term in zip(run, terms, strict=True)):
            yield run[0][1], run[-1][2]


def _joined(words: Sequence[str]) -> str:
    return ("" if any(map(has_japanese, words)) else " ").join(words)
