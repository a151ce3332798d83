"""What an input method would make of the kana or Latin letters that it has not converted yet.

The words of the articles are the dictionary: the index lists each behind its reading
(``Field.SPELLINGS``). Of all ways to cut what is typed into them, the one with the fewest words is
taken, the last of which may be unfinished: りょうしゅうしょのはっこ is 領収 書 の and はっこ, which
may become 発行.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from search.analysis import TokenKind, analyse, readings
from search.analysis.index_terms import SPELT
from search.engines.base import Engine, Field
from search.query.synonyms import Expansion
from search.query.understand import Question

# The terms of ``Field.SPELLINGS`` that begin so, most frequent first, at most so many, and how many
# articles hold each.
SpellingsOf = Callable[[str, int], Mapping[str, int]]

# Of one reading: 公共 and 交響. With one alone, and with five, see docs/search-quality.md.
MOST_SPELLINGS = 3
# Letters of a key: fewer begin so many words that none is told by them.
SHORTEST_BEGINNING = 3
LONGEST_RUN = 40  # characters; what is longer is a sentence that will never be converted
LONGEST_WORD = 20  # characters


@dataclass(frozen=True, slots=True)
class Conversion:
    """``words``: of each finished one how it may be written, likeliest first; ``rest``: what is
    typed after them; ``becoming``: the words that the rest may become, where they are few;
    ``whole``: how the rest is written if it is a word."""

    words: tuple[tuple[str, ...], ...]
    rest: str
    becoming: tuple[str, ...]
    whole: tuple[str, ...] = ()

    @property
    def sent(self) -> "Conversion":
        """With nothing left to become."""
        last = self.whole or self.becoming
        return Conversion((*self.words, last), "", ()) if last else self


def with_conversion(
    question: Question, engine: Engine, visibilities: Sequence[str], *, is_sent: bool = False
) -> tuple[Question, tuple[str, ...]]:
    """The question with what is still to be converted as words, and the terms that its last word
    may become, where they are few. Words of the same reading are synonyms.

    As it is where articles of ``visibilities`` hold no such words, and where it was sent and they
    hold its words as they are. Raises EngineUnavailable.
    """
    start = question.still_typed
    content = [t.term for t in question.tokens if t.end > start and t.kind is not TokenKind.STOP]
    if not content or _is_a_word(question, engine, visibilities):
        return question, ()

    def spellings_of(beginning: str, limit: int) -> Mapping[str, int]:
        return engine.completions(question.locale, beginning, visibilities, limit, Field.SPELLINGS)

    if is_sent and engine.known_terms(question.locale, content, visibilities).issuperset(content):
        return question, ()
    found = convert(question.text[start:], spellings_of)
    if found is None:
        return question, ()
    found = found.sent if is_sent else found
    converted = question
    if found.words:
        text = question.text[:start] + "".join(first for first, *_ in found.words) + found.rest
        converted = Question.read(text, question.locale)
        homophones = tuple(_homophones(converted, start, found.words))
        converted = replace(converted, synonyms=converted.synonyms + homophones)
    becoming = dict.fromkeys(
        term for word in found.becoming for term in analyse(word, question.locale).terms
    )
    return converted, tuple(term for term in becoming if term not in converted.distinct_terms)


def _is_a_word(question: Question, engine: Engine, visibilities: Sequence[str]) -> bool:
    """Whether the Latin letters at the end begin words that articles hold as they are."""
    begun = question.beginning
    if not begun or not begun.isascii():
        return False
    return bool(engine.completions(question.locale, begun, visibilities, limit=1))


def _homophones(
    question: Question, start: int, words: Sequence[tuple[str, ...]]
) -> Iterator[Expansion]:
    """The words that stand in the question from ``start`` on, with others of their reading."""
    seen = {term for expansion in question.synonyms for term in expansion.terms}
    for first, *others in words:
        end = start + len(first)
        terms = tuple(t.term for t in question.searched if start <= t.start and t.end <= end)
        ways = tuple(filter(None, (analyse(other, question.locale).terms for other in others)))
        if terms and ways and seen.isdisjoint(terms):
            seen.update(terms)
            yield Expansion(terms, ways)
        start = end


def convert(typed: str, spellings_of: SpellingsOf) -> Conversion | None:
    """``typed`` (kana or Latin letters) as words; None where it cannot be cut into any that
    ``spellings_of`` knows."""
    if len(typed) > LONGEST_RUN:
        return None
    # The best way to each place where a word may end.
    ways = {0: _Way(())}
    whole: tuple[_Way, Conversion] | None = None
    for at in range(len(typed)):
        way = ways.get(at)
        if way is None:
            continue
        if whole is None or way.rank > whole[0].rank:
            becoming = _becoming(typed[at:], spellings_of)
            if becoming is not None:
                rest = typed[at:]
                written = _written(spellings_of(readings.exact_key(rest) + SPELT, MOST_SPELLINGS))
                whole = way, Conversion(way.words, rest, becoming, tuple(written))
        for end, spellings in _words_from(typed, at, spellings_of):
            further = way.and_then(spellings)
            if end not in ways or further.rank > ways[end].rank:
                ways[end] = further
    return whole[1] if whole else None


@dataclass(frozen=True, slots=True)
class _Way:
    """Words that may stand for what was typed, and the sum of their logarithmic frequencies."""

    words: tuple[tuple[str, ...], ...]
    frequency: float = 0.0

    @property
    def rank(self) -> tuple[int, float]:
        """The fewer words the better; of as many the more frequent."""
        return -len(self.words), self.frequency

    def and_then(self, spellings: Mapping[str, int]) -> "_Way":
        """With one more word."""
        frequency = self.frequency + log(max(spellings.values()))
        return _Way((*self.words, tuple(spellings)), frequency)


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
    typed: str, at: int, spellings_of: SpellingsOf
) -> Iterator[tuple[int, Mapping[str, int]]]:
    """Where a word that starts ``at`` may end before the last character, and how it is written."""
    for end in range(at + 1, min(len(typed), at + LONGEST_WORD + 1)):
        key, *others = readings.typed_exact_keys(typed[at:end]) or ("",)
        if not key:
            continue
        # Many begin with fewer letters, which takes longer to find out than to go on.
        is_long = len(key) >= SHORTEST_BEGINNING
        if is_long and not any(spellings_of(beginning, 1) for beginning in (key, *others)):
            return
        if spellings := _written(spellings_of(key + SPELT, MOST_SPELLINGS)):
            yield end, spellings


def _written(terms: Mapping[str, int]) -> dict[str, int]:
    """The words of terms, without their readings."""
    return {term.partition(SPELT)[2]: documents for term, documents in terms.items()}
