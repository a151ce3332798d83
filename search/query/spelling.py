"""Did you mean: a question with its misspelt words put right."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from kb.models import Article
from kb.visibility import ANONYMOUS
from search.analysis import Token, analyse, readings, sounds
from search.analysis.characters import fold, has_japanese, title_key
from search.analysis.english_words import is_everyday
from search.engines.base import AnyOf, Engine, EngineQuery, Field, Fuzzy, Term
from search.indexing.eligibility import readable
from search.query import typos
from search.query.codes import Code, codes_in
from search.query.typos import LONGEST_TITLE
from search.query.understand import Question

PUBLIC = ("public",)
# Articles whose titles are looked for, for each word: the nearest spellings come first.
TITLES = 20
# Of a question: a pasted text is not a question to correct.
MAX_CORRECTIONS = 4
# Of a whole title. A letter left out moves another one into the beginning that is compared.
TITLE_ERRORS = 2
# Of the letters of a code: E1042 for ERR-1042.
CODE_ERRORS = 2

TextsOf = Callable[[Sequence[str]], Iterable[str]]


def public_texts(article_ids: Sequence[str]) -> list[str]:
    """The titles and question phrases of those articles that everybody may read now.

    Three SQL queries.
    """
    found = readable([int(pk) for pk in article_ids], ANONYMOUS)
    questions = Article.objects.filter(pk__in=found).values_list("also_asked_as", flat=True)
    lines = [line for text in questions for line in text.splitlines()]
    return [article.title for article in found.values()] + lines


def corrected(
    question: Question,
    engine: Engine,
    visibilities: Sequence[str],
    codes: Sequence[Code] = (),
    texts_of: TextsOf = public_texts,
    begun: Collection[str] = (),
) -> str | None:
    """The question with every unknown word or code that has a close known one put right; None where
    there is none. All else, casing included, stays as typed.

    A word is unknown where no article of ``visibilities`` (what the asker may read) holds it and it
    is no everyday English one; what is offered comes from the titles and question phrases of public
    articles only: ``texts_of`` takes article ids and gives these texts, once for all words.
    ``begun``: unknown words that are only unfinished. Raises EngineUnavailable.
    """
    locale = question.locale
    unknown = typos.unknown_words(
        question, lambda terms: engine.known_terms(locale, terms, visibilities).union(begun)
    )
    unknown = [t for t in unknown if not is_everyday(typos.surface(question, t))][:MAX_CORRECTIONS]
    near = dict.fromkeys(
        [id_ for token in unknown for id_ in _nearly_so(question, token, engine)]
        + [id_ for code in codes for id_ in _numbered_so(code, locale, engine)]
    )
    if not near:
        return None
    texts = list(texts_of(list(near)))
    text, untouched_from = question.text, len(question.text)
    corrections = [_correction(question, token, texts) for token in unknown]
    corrections += [_of_code(code, texts) for code in codes]
    for correction in sorted(_told_apart(corrections), key=lambda c: -c.end):
        if correction.end <= untouched_from:
            text = text[: correction.start] + correction.text + text[correction.end :]
            untouched_from = correction.start
    return None if text == question.text else text


@dataclass(frozen=True, slots=True)
class _Correction:
    """What stands between ``start`` and ``end`` of the question should be ``text``."""

    start: int
    end: int
    text: str


def _told_apart(corrections: Iterable[_Correction | None]) -> list[_Correction]:
    """The corrections without those that make one word of several in Latin letters (bake a cake,
    take a take); of Japanese, cut into pieces, each may be the same word."""
    found = list(filter(None, corrections))
    times = Counter(correction.text for correction in found)
    return [c for c in found if times[c.text] == 1 or has_japanese(c.text)]


def _nearly_so(question: Question, token: Token, engine: Engine) -> list[str]:
    """The articles whose titles hold a word spelt or sounding nearly so; nearest first."""
    field, words = Field.WORDS, _spelt(question, token)
    if has_japanese(token.term):
        stretches = typos.sounding_stretches(question, token)
        field, words = Field.READINGS, typos.edits_of_sounds(stretches)
    clauses = tuple(
        Fuzzy(field, word, distance)  # scores add up: the nearer, the more clauses match
        for word, furthest in words.items()
        for distance in range(furthest + 1)
    )
    if not clauses:
        return []
    found = engine.search(
        EngineQuery(AnyOf(clauses), question.locale, PUBLIC, limit=TITLES, count_total=False)
    )
    return [hit.id for hit in found.hits]


def _correction(question: Question, token: Token, texts: Sequence[str]) -> _Correction | None:
    if has_japanese(token.term):
        return _by_sound(question, token, texts)
    return _by_spelling(question, token, texts)


def reads_like(typed: str, title: str) -> bool:
    """Whether a title begins with what was typed, an error or two aside."""
    key, other = title_key(typed), title_key(title)[:LONGEST_TITLE]
    if not key or len(key) > LONGEST_TITLE:
        return False
    furthest = 2 * TITLE_ERRORS
    return _edits(key, other[: len(key)], furthest) <= furthest


# --- by spelling ------------------------------------------------------------------------------


def _spelt(question: Question, token: Token) -> dict[str, int]:
    """The word, and how many edits it may be away."""
    word = typos.surface(question, token)
    return {word: typos.edits(word)}


def _by_spelling(question: Question, token: Token, texts: Sequence[str]) -> _Correction | None:
    """The nearest in spelling; of equally near ones the most frequent."""
    ((word, furthest),) = _spelt(question, token).items()
    counts = Counter(other for text in texts for other in set(_words(text)))
    near = [
        (distance, -count, other)
        for other, count in counts.items()
        if 0 < (distance := _edits(word, other, furthest)) <= furthest
    ]
    if not near:
        return None
    typed = question.text[token.start : token.end]
    return _Correction(token.start, token.end, _in_case_of(typed, min(near)[2]))


def _words(title: str) -> Iterator[str]:
    return (fold(title[token.start : token.end]) for token in analyse(title, "").content)


def _edits(one: str, other: str, furthest: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from one to the other, as the
    engines count; one more than ``furthest`` where it is further."""
    return OSA.distance(one, other, score_cutoff=furthest)


def _in_case_of(typed: str, word: str) -> str:
    if len(typed) > 1 and typed.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if typed[:1].isupper() else word


# --- codes ------------------------------------------------------------------------------------


def _numbered_so(code: Code, locale: str, engine: Engine) -> list[str]:
    """The articles whose titles hold the number of a code."""
    numbered = AnyOf((Term(Field.TITLE, code.digits), Term(Field.QUESTIONS, code.digits)))
    query = EngineQuery(numbered, locale, PUBLIC, limit=TITLES, count_total=False)
    return [hit.id for hit in engine.search(query).hits]


def _of_code(code: Code, texts: Sequence[str]) -> _Correction | None:
    """The nearest code of the same number and the same letters, some left out in one of the two:
    another digit or letter makes another code."""
    near = [
        (abs(len(code.read) - len(other.read)), text[other.start : other.end])
        for text in texts
        for other in codes_in(text)
        if other.name != code.name
        and other.digits == code.digits
        and _leave_letters_out(code.read, other.read)
    ]
    near = [found for found in near if found[0] <= CODE_ERRORS]
    return _Correction(code.start, code.end, min(near)[1]) if near else None


def _leave_letters_out(one: str, other: str) -> bool:
    """Whether the one is the other without some letters, the first of which is there."""
    shorter, longer = sorted((one, other), key=len)
    rest = iter(longer)
    return shorter[0] == longer[0] and all(character in rest for character in shorter)


# --- by sound ---------------------------------------------------------------------------------


def _by_sound(question: Question, token: Token, texts: Sequence[str]) -> _Correction | None:
    """The nearest in sound; of equally near ones what replaces most, then the most frequent. For a
    word in kanji that the dictionary knows only what an input method offers in its place: a word
    that is read just so."""
    stretches = list(typos.sounding_stretches(question, token))
    written = typos.surface(question, token)
    is_word = sounds.is_kana(token.reading) and not sounds.is_kana(written)
    counts = Counter(found for text in texts for found in _sounding(text))
    near = [
        (distance, stretch.start - stretch.end, -count, found.written, (stretch.start, stretch.end))
        for found, count in counts.items()
        for stretch in stretches
        if (distance := _edits(stretch.sound, found.sound, stretch.edits)) <= stretch.edits
        and (not is_word or found.reading == token.reading)
    ]
    if not near:
        return None
    *_, written, span = min(near)
    return _Correction(*span, written)


class _Sounding(NamedTuple):
    """A word, its sound and its reading in katakana."""

    written: str
    sound: str
    reading: str


@lru_cache(maxsize=1_000)
def _sounding(title: str) -> frozenset[_Sounding]:
    """The words of a title, one to ``sounds.WINDOW`` short units."""
    words = readings.read_words(title)
    runs = (
        words[first : first + n + 1] for first in range(len(words)) for n in range(sounds.WINDOW)
    )
    return frozenset(
        _Sounding(
            title[run[0].start : run[-1].end],
            sounds.sound_of(run),
            "".join(word.reading for word in run),
        )
        for run in runs
    )
