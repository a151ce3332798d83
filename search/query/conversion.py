"""What an input method would make of the kana or Latin letters that it has not converted yet.

The words of the articles are the dictionary: the index lists each behind its reading
(``Field.SPELLINGS``). Of all ways to cut what is typed into them, the one with the fewest words is
taken, the last of which may be unfinished: りょうしゅうしょのはっこ is 領収 書 の and はっこ, which
may become 発行.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log

from django.conf import settings

from search.analysis import TokenKind, analyse, readings
from search.analysis.characters import JAPANESE, fold, has_japanese
from search.analysis.index_terms import SPELT
from search.engines.base import Engine, Field
from search.query.synonyms import Expansion
from search.query.understand import Question
from search.query.values import Span

# The terms of ``Field.SPELLINGS`` that begin so, most frequent first, at most so many, and how many
# articles hold each.
SpellingsOf = Callable[[str, int], Mapping[str, int]]

# Of one reading: 公共 and 交響. With one alone, and with five, see docs/search-quality.md.
MOST_SPELLINGS = 3
# Letters of a key: fewer begin so many words that none is told by them.
SHORTEST_BEGINNING = 3
LONGEST_RUN = 40  # characters; what is longer is a sentence that will never be converted
LONGEST_WORD = 20  # characters
# A vowel that may be long where that was not spelt: tokyo is とうきょう, osaka おおさか.
LONG_VOWELS = {"o": ("ou", "oo"), "u": ("uu",)}
# Of a word with such a vowel: kyo is more often a part of tokyo than 今日.
SHORTEST_LENGTHENED = 4
# Of one question: what takes more has letters of which nearly all are words.
MOST_LOOKUPS = 200
MOST_RUNS = 8  # that are finished; a pasted page has more
# A particle or an ending that stands as it is typed.
STOP_COST = 0.5
_FREQUENT = 10.0  # logarithm of its frequency: before other words, where both are as likely

_RUN = re.compile(r"(?<![A-Za-z])[ぁ-ゖーa-zａ-ｚ'’]+")
_JAPANESE_AT_END = re.compile(JAPANESE.pattern + "$")


@dataclass(frozen=True, slots=True)
class Conversion:
    """``words``: of each finished one how it may be written, likeliest first; ``rest``: what is
    typed after them; ``becoming``: the words that the rest may become, where they are few."""

    words: tuple[tuple[str, ...], ...]
    rest: str = ""
    becoming: tuple[str, ...] = ()


def with_conversion(
    question: Question, engine: Engine, visibilities: Sequence[str], *, is_sent: bool = False
) -> tuple[Question, tuple[str, ...]]:
    """The question with what is still to be converted as words, and the terms that its last word
    may become, where they are few. Words of the same reading are synonyms.

    As it is where articles of ``visibilities`` hold no such words. What is finished, and all of a
    question that was sent, stays where articles hold its words as they are, and behind a word that
    is converted already: it is its ending. Romaji that was sent may leave out that a vowel is long.
    Raises EngineUnavailable.
    """
    in_progress = len(question.text) if is_sent else question.still_typed
    spellings_of = _Dictionary(engine, question.locale, visibilities)
    text, done = "", 0
    converted: list[tuple[int, Sequence[tuple[str, ...]]]] = []
    becoming: tuple[str, ...] = ()
    for start, end in _runs(question, in_progress):
        is_finished = start != in_progress
        if not _is_to_be_read(question, (start, end), engine, visibilities, is_finished):
            continue
        kept = _as_typed(question, start, end)
        typed = question.text[start:end]
        found = convert(typed, spellings_of, kept, is_finished=is_finished, is_lengthened=is_sent)
        if found is None:
            continue
        text += question.text[done:start]
        converted.append((len(text), found.words))
        text += "".join(first for first, *_ in found.words) + found.rest
        becoming, done = found.becoming, end
    text += question.text[done:]
    if text != question.text:
        question = Question.read(text, question.locale)
        homophones = tuple(_homophones(question, converted))
        question = replace(question, synonyms=question.synonyms + homophones)
    terms = dict.fromkeys(t for word in becoming for t in analyse(word, question.locale).terms)
    return question, tuple(term for term in terms if term not in question.distinct_terms)


def _runs(question: Question, in_progress: int) -> Iterator[Span]:
    """Where kana or Latin letters stand that may have to be converted; the last one from
    ``in_progress`` on."""
    for run in islice(_RUN.finditer(question.text[:in_progress]), MOST_RUNS):
        if not _JAPANESE_AT_END.search(question.text[: run.start()]):
            yield run.span()
    if in_progress < len(question.text):
        yield in_progress, len(question.text)


def _is_to_be_read(
    question: Question, run: Span, engine: Engine, visibilities: Sequence[str], is_finished: bool
) -> bool:
    start, end = run
    inside = [t for t in question.tokens if start <= t.start and t.end <= end]
    content = {token.term for token in inside if token.kind is not TokenKind.STOP}
    if not content:
        return False
    if not has_japanese(question.text[start:end]):
        return not _are_latin_words(content, fold(question.text[start:end]), engine, visibilities)
    return not is_finished or not content.issubset(
        engine.known_terms(question.locale, list(content), visibilities)
    )


def _are_latin_words(
    terms: Collection[str], begun: str, engine: Engine, visibilities: Sequence[str]
) -> bool:
    """Whether articles of any language hold words in Latin letters that are, or begin, so."""
    return any(
        engine.known_terms(code, list(terms), visibilities)
        or engine.completions(code, begun, visibilities, limit=1)
        for code, _ in settings.WAGTAIL_CONTENT_LANGUAGES
    )


def _as_typed(question: Question, start: int, end: int) -> dict[int, tuple[int, float]]:
    """The words that the dictionary knows as they are typed: where each ends by where it starts,
    both from ``start`` on, and what it costs."""
    return {
        token.start - start: (
            token.end - start,
            STOP_COST if token.kind is TokenKind.STOP else 1.0,
        )
        for token in question.tokens
        if start <= token.start and token.end <= end and token.reading
    }


class _Dictionary:
    """The words that articles hold, by reading; each question is asked once, and not too many."""

    def __init__(self, engine: Engine, locale: str, visibilities: Sequence[str]) -> None:
        self._engine, self._locale, self._visibilities = engine, locale, visibilities
        self._known: dict[tuple[str, int], Mapping[str, int]] = {}

    def __call__(self, beginning: str, limit: int) -> Mapping[str, int]:
        asked = beginning, limit
        if asked not in self._known:
            if len(self._known) >= MOST_LOOKUPS:
                return {}
            self._known[asked] = self._engine.completions(
                self._locale, beginning, self._visibilities, limit, Field.SPELLINGS
            )
        return self._known[asked]


def _homophones(
    question: Question, places: Iterable[tuple[int, Sequence[tuple[str, ...]]]]
) -> Iterator[Expansion]:
    """The words that stand in the question at these places, with others of their reading."""
    seen = {term for expansion in question.synonyms for term in expansion.terms}
    for start, words in places:
        for first, *others in words:
            end = start + len(first)
            terms = tuple(t.term for t in question.searched if start <= t.start and t.end <= end)
            ways = dict.fromkeys(analyse(other, question.locale).terms for other in others)
            ways = {way: None for way in ways if way and way != terms}
            if terms and ways and seen.isdisjoint(terms):
                seen.update(terms)
                yield Expansion(terms, tuple(ways))
            start = end


@dataclass(frozen=True, slots=True)
class _Way:
    """Words that may stand for what was typed, what they cost, and the sum of their logarithmic
    frequencies."""

    words: tuple[tuple[str, ...], ...] = ()
    cost: float = 0.0
    frequency: float = 0.0

    @property
    def rank(self) -> tuple[float, float]:
        """The fewer words the better; of as many the more frequent."""
        return -self.cost, self.frequency

    def and_then(self, spellings: Sequence[str], cost: float, frequency: float) -> "_Way":
        """With one more word."""
        return _Way((*self.words, tuple(spellings)), self.cost + cost, self.frequency + frequency)


def convert(
    typed: str,
    spellings_of: SpellingsOf,
    as_typed: Mapping[int, tuple[int, float]] | None = None,
    *,
    is_finished: bool = False,
    is_lengthened: bool = False,
) -> Conversion | None:
    """``typed`` (kana or Latin letters) as words; None where it cannot be cut into any that
    ``spellings_of`` knows, or that may stand ``as_typed`` (end and cost by start). Where it is
    finished, so is the last word; where it may be lengthened, Latin vowels may be long ones."""
    if len(typed) > LONGEST_RUN:
        return None
    long_vowels = LONG_VOWELS if is_lengthened else {}
    ways = {0: _Way()}  # the best to each place where a word may end
    best: tuple[_Way, Conversion] | None = None
    for at in range(len(typed)):
        way = ways.get(at)
        if way is None:
            continue
        if not is_finished and (best is None or way.rank > best[0].rank):
            becoming = _becoming(typed[at:], spellings_of)
            if becoming is not None:
                best = way, Conversion(way.words, typed[at:], becoming)
        last = len(typed) if is_finished else len(typed) - 1
        found = _words_from(typed, at, last, spellings_of, long_vowels)
        for end, further in _further(way, typed, at, last, found, as_typed or {}):
            if end not in ways or further.rank > ways[end].rank:
                ways[end] = further
    if is_finished and len(typed) in ways:
        return Conversion(ways[len(typed)].words)
    return best[1] if best else None


def _further(
    way: _Way,
    typed: str,
    at: int,
    last: int,
    found: Iterable[tuple[int, Mapping[str, int]]],
    as_typed: Mapping[int, tuple[int, float]],
) -> Iterator[tuple[int, _Way]]:
    """The ways on from ``at``, by where the next word ends, one of those ``found``."""
    for end, spellings in found:
        yield end, way.and_then(tuple(spellings), 1.0, log(max(spellings.values())))
    if at in as_typed:
        end, cost = as_typed[at]
        if end <= last:
            yield end, way.and_then((typed[at:end],), cost, _FREQUENT if cost < 1 else 0.0)


def _becoming(rest: str, spellings_of: SpellingsOf) -> tuple[str, ...] | None:
    """The words that ``rest`` may become, where they are few; None where it begins none."""
    keys = readings.typed_exact_keys(rest)
    if not keys or len(keys[0]) < SHORTEST_BEGINNING:
        return ()
    found: dict[str, int] = {}
    for key in keys:
        found |= _written(spellings_of(key, MOST_SPELLINGS + 1))
    if not found:
        return None
    return tuple(found) if len(found) <= MOST_SPELLINGS else ()


def _words_from(
    typed: str,
    at: int,
    last: int,
    spellings_of: SpellingsOf,
    long_vowels: Mapping[str, Sequence[str]],
) -> Iterator[tuple[int, Mapping[str, int]]]:
    """Where a word that starts ``at`` may end, up to ``last``, and how it is written: as it is
    spelt, else with long vowels."""
    spelt = [""]  # the ways to spell what is typed of it that begin a word
    for end in range(at + 1, min(last, at + LONGEST_WORD) + 1):
        letter = typed[end - 1]
        ways = (letter, *long_vowels.get(fold(letter), ()))
        longer = dict.fromkeys(word + way for word in spelt for way in ways)
        spelt = [word for word in longer if _begins_a_word(word, spellings_of)]
        if not spelt:
            return
        found = _words_spelt(spelt, typed[at:end], spellings_of)
        if found:
            yield end, found


def _begins_a_word(spelt: str, spellings_of: SpellingsOf) -> bool:
    keys = readings.typed_exact_keys(spelt)
    # Many begin with fewer letters, which takes longer to find out than to go on.
    is_short = not keys or len(keys[0]) < SHORTEST_BEGINNING
    return is_short or any(spellings_of(beginning, 1) for beginning in keys)


def _words_spelt(spelt: Sequence[str], typed: str, spellings_of: SpellingsOf) -> Mapping[str, int]:
    """The words that are spelt as they were ``typed``, else those spelt otherwise, most frequent
    first."""
    found: dict[str, int] = {}
    if typed in spelt:
        found = _written_as(typed, spellings_of)
    if not found and len(typed) >= SHORTEST_LENGTHENED:
        for word in spelt:
            found |= _written_as(word, spellings_of)
    return dict(sorted(found.items(), key=lambda item: -item[1])[:MOST_SPELLINGS])


def _written_as(spelt: str, spellings_of: SpellingsOf) -> dict[str, int]:
    """How words that are read so are written."""
    exact = readings.exact_key(spelt)
    return _written(spellings_of(exact + SPELT, MOST_SPELLINGS)) if exact else {}


def _written(terms: Mapping[str, int]) -> dict[str, int]:
    """The words of terms, without their readings."""
    return {term.partition(SPELT)[2]: documents for term, documents in terms.items()}
