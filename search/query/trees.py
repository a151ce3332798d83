"""A question to an engine-neutral query tree.

Every constant here is a weight between evidence of different kinds; docs/search-quality.md says
what each was chosen for and what it changes on the development sets.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from search.analysis import NEGATIONS, readings
from search.analysis.characters import fold, has_japanese, title_key
from search.engines.base import AllOf, AnyOf, BestOf, Field, Node, Phrase, Prefix, Term
from search.query.codes import by_form
from search.query.synonyms import word_clauses
from search.query.typos import KnownTerms, typo_clauses
from search.query.understand import FEWEST_LETTERS, MAX_PHRASES, Question

TITLE_BOOST = 0.3  # a word in the title, on top of the whole text, which holds the title twice
OPENING_BOOST = 0.5  # a word of the first sentence, where more follow: it says what is wanted
CODE_BOOST = 1.5  # a code in the title, on top of that: it has one subject
LABEL_BOOST = 0.3  # a word of a tag, a topic or the product
PHRASE_BOOST = 0.3  # two neighbouring words of the question side by side
# … or with a word between, while typing: Elasticsearch gives such a pair less than tantivy does,
# and a question that was sent is to be answered alike by both.
SLOP_WHILE_TYPING = 1

# Typing in progress: constant scores in tiers that BM25 (a few points a word) cannot bridge.
TITLE_BEGINS = 100.0  # a title or a question phrase begins with what was typed
READING_BEGINS = 30.0  # some run of words in a title is read as what was typed
# A word of the title begins with the last one typed, or a word anywhere in the article: the more
# letters, the fewer words do.
WORD_BEGINS_A_LETTER = 0.33
TEXT_BEGINS_A_LETTER = 1.0
MOST_LETTERS = 6
# … or is read so: kana or romaji that no input method has converted yet.
READ_BEGINS_A_LETTER = 0.5
SHORTEST_READ = 2  # letters of the reading
MOST_STARTS = 3
# A word in progress may still become another one, オランダの高(速道路): of those that begin so, the
# ones that most articles hold. Each counts for less than what was typed would, if it is a word.
COMPLETIONS = 8
COMPLETION_WEIGHT = 0.75
# A single letter of a word counts as that letter for little.
LETTER_WEIGHT = 0.25

_LAST_READ = re.compile(r"(?:[ぁ-ゖァ-ヺーa-zA-Zａ-ｚＡ-Ｚ]+)$")
_LAST_RUN = re.compile(r"(?:[ァ-ヺー]+|[a-z0-9]+)$")


def search_tree(question: Question, known: KnownTerms) -> Node | None:
    """The tree of a question that was sent; None where there is nothing to look for.

    ``known`` tells which terms occur in any readable article; the others may be typos.
    """
    if not question.distinct_terms:
        return None
    clauses = _words(question)
    clauses += [Term(Field.TEXT, term, OPENING_BOOST) for term in question.opening_terms]
    codes = dict.fromkeys(code.name for code in by_form(question.searched))
    clauses += [Term(Field.TITLE, code, CODE_BOOST) for code in list(codes)[:MAX_PHRASES]]
    clauses += _phrases(question)
    clauses += typo_clauses(question, known)
    clauses.append(Term(Field.TITLE_KEYS, title_key(question.text), TITLE_BEGINS))
    clauses += _readings(question)
    return _any_of(question, clauses)


def suggest_tree(
    question: Question, known: KnownTerms | None, completions: Sequence[str] = ()
) -> Node | None:
    """The tree of typing in progress: the last word may go on, to be one of ``completions``. No
    typos are looked for unless ``known`` tells which words may be misspelt."""
    whole = title_key(question.text)
    if not whole:
        return None
    clauses: list[Node] = [Prefix(Field.TITLE_KEYS, whole, TITLE_BEGINS)]
    clauses += _readings(question)
    if word := question.last_word:
        clauses.append(Prefix(Field.WORDS, word, WORD_BEGINS_A_LETTER * _letters(word)))
    clauses += _letter_faint(question, _words(question, completions))
    clauses += _phrases(question, SLOP_WHILE_TYPING)
    if known:
        clauses += typo_clauses(question, known)
    clauses += _beginnings(question)
    return _any_of(question, clauses)


def read_so(typed: Question, converted: Question, *, in_progress: bool) -> list[Node]:
    """Titles that are read as a question was ``typed``, and while it is in progress words that are
    read as its end; what its tree as ``converted`` does not ask for already."""
    clauses = _readings(typed) + (_read_beginnings(typed) if in_progress else [])
    asked = _readings(converted) + (_read_beginnings(converted) if in_progress else [])
    return [clause for clause in clauses if clause not in asked]


def unfinished_word(question: Question, stems: Sequence[str] = ()) -> list[Node]:
    """What else a question finds that was sent before its last word was finished; ``stems``: terms
    of words that begin so in letters alone (applicat)."""
    letters = _letters(question.beginning)
    return [
        Prefix(Field.WORDS, question.last_word, WORD_BEGINS_A_LETTER * letters),
        Prefix(Field.TEXT, question.beginning, TEXT_BEGINS_A_LETTER * letters),
        *(Term(Field.TEXT, stem, COMPLETION_WEIGHT) for stem in stems),
    ]


def _any_of(question: Question, clauses: Sequence[Node]) -> Node:
    """At least one of the clauses; a negation alone finds nothing, for it stands in half of all
    articles, unless nothing else is asked."""
    negations = tuple(clause for clause in clauses if _is_negation(question, clause))
    if not negations or not question.has_content:
        return AnyOf(tuple(clauses))
    return AllOf((AnyOf(tuple(c for c in clauses if c not in negations)),), negations)


def _is_negation(question: Question, clause: Node) -> bool:
    match clause:
        case Term(_, term):
            return term in NEGATIONS
        case BestOf(clauses):  # with what it may become, or with synonyms
            return _is_negation(question, clauses[0])
        case Prefix(Field.WORDS | Field.TEXT | Field.TEXT_READINGS):
            return question.ends_in_negation
    return False


def _words(question: Question, completions: Sequence[str] = ()) -> list[Node]:
    """The question's words anywhere in the article, and what they count for in its parts. Anywhere
    the one in progress counts for the best of what it is and what it may become."""

    def clauses(field: Field, boost: float) -> list[Node]:
        return word_clauses(question.distinct_terms, question.synonyms, field, boost)

    text = clauses(Field.TEXT, 1.0)
    if completions:
        text = _going_on(question, text, completions)
    return [*text, *clauses(Field.TITLE, TITLE_BOOST), *clauses(Field.LABELS, LABEL_BOOST)]


def _going_on(question: Question, words: Sequence[Node], completions: Sequence[str]) -> list[Node]:
    """The clauses of a question's words, those of the one in progress as one with completions."""
    unfinished = question.unfinished_terms
    finished = word_clauses(
        [term for term in question.distinct_terms if term not in unfinished],
        [synonyms for synonyms in question.synonyms if not unfinished.issuperset(synonyms.terms)],
        Field.TEXT,
        1.0,
    )
    typed = tuple(clause for clause in words if clause not in finished)
    others = tuple(Term(Field.TEXT, term, COMPLETION_WEIGHT) for term in completions)
    # A code is several terms, all of which count.
    return [*finished, BestOf((AnyOf(typed), *others) if len(typed) > 1 else (*typed, *others))]


def _letter_faint(question: Question, words: list[Node]) -> list[Node]:
    """The clauses of the words, where the one in progress is a letter or so with that for less: it
    is rarely the unit or the name that stands for itself in an article (80 C, plan B)."""
    word = question.begun
    if not word or len(word) >= FEWEST_LETTERS[has_japanese(word)]:
        return words
    unfinished = question.unfinished_terms
    return [
        replace(clause, boost=LETTER_WEIGHT * clause.boost)
        if isinstance(clause, Term) and clause.term in unfinished
        else clause
        for clause in words
    ]


def _letters(beginning: str) -> int:
    """How many letters of a beginning count."""
    return min(len(beginning), MOST_LETTERS)


def _beginnings(question: Question) -> list[Node]:
    """Words anywhere in an article that begin like the one being typed.

    The dictionary may have cut an unfinished word in two (アイル/ラ), so the run of katakana,
    letters or digits at the end counts as a beginning too.
    """
    word = question.begun
    if not word:
        return []
    run = _LAST_RUN.search(fold(question.text))
    beginnings = dict.fromkeys((word, run.group() if run else word))
    return [
        Prefix(Field.TEXT, beginning, TEXT_BEGINS_A_LETTER * _letters(beginning))
        for beginning in beginnings
        if len(beginning) >= FEWEST_LETTERS[has_japanese(beginning)]
    ] + _read_beginnings(question)


def _read_beginnings(question: Question) -> list[Node]:
    """Words anywhere in an article that are read as the kana or letters at the end begin.

    Particles may stand before the word in kana, and the dictionary may have cut an unfinished one:
    the whole run is tried, and what begins with each of its last words.
    """
    run = _LAST_READ.search(question.text)
    if not run or not readings.are_indexed(question.text, question.locale):
        return []
    starts = [token.start for token in question.tokens if token.start >= run.start()]
    # Kana amid a word is its ending (取り消し) and begins none.
    amid = any(token.start < run.start() < token.end for token in question.tokens)
    places = starts[-MOST_STARTS:] if amid else (run.start(), *starts[-MOST_STARTS:])
    typed = dict.fromkeys(question.text[at:] for at in places)
    keys = dict.fromkeys(key for text in typed for key in readings.typed_keys(text))
    beginnings = tuple(
        Prefix(Field.TEXT_READINGS, key, READ_BEGINS_A_LETTER * _letters(key))
        for key in keys
        if len(key) >= SHORTEST_READ
    )
    return [BestOf(beginnings)] if beginnings else []


def _readings(question: Question) -> list[Node]:
    """What kana, romaji or half-typed mixtures of both may be the reading of."""
    if not readings.are_indexed(question.text, question.locale):
        return []
    # One letter begins half of all words; kana is a syllable and says more.
    shortest = 1 if has_japanese(question.text) else 2
    return [
        Prefix(Field.READINGS, key, READING_BEGINS)
        for key in readings.typed_keys(question.text)
        if len(key) >= shortest
    ]


def _phrases(question: Question, slop: int = 0) -> list[Node]:
    neighbours = pairwise(token.term for token in question.searched)
    pairs = dict.fromkeys(pair for pair in neighbours if pair[0] != pair[1])
    return [Phrase(Field.TEXT, pair, slop, PHRASE_BOOST) for pair in list(pairs)[:MAX_PHRASES]]
