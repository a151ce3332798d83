"""What a question may have meant where it is misspelt.

Words are compared as they are spelt; Japanese also by sound (``search.analysis.sounds``), for a
wrong kana changes how Sudachi cuts the words around it, and an input method's wrong choice is
another word of the same sound. A word that some article holds is taken as it stands.

The constants and their effect: docs/search-quality.md.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from search.analysis import Token, readings, sounds
from search.analysis.characters import fold, has_japanese, title_key
from search.engines.base import Field, Fuzzy, FuzzyPrefix, Node
from search.query.understand import Question

KnownTerms = Callable[[Sequence[str]], Collection[str]]

# A word that no article holds may be misspelt. Shorter ones have too many neighbours.
TYPO_SCORE = 1.5
TYPO_LENGTH = {True: 3, False: 4}  # by whether the word is Japanese
TYPO_LENGTH_TWO_EDITS = 8
LONGEST_TYPO = 40  # what is longer is no word
# Of a beginning: what is shorter begins too many words but for an edit; of what is longer the
# first letters say which word it is, and Elasticsearch takes patterns of 1,000 characters.
BEGINNING_LENGTHS = (4, 12)

SHORTEST_JAPANESE = 2  # 返品, 偏向: two kanji are a word, and have a sound to compare by

# A word of the title sounds nearly like an unknown one; twice as much where it sounds the same.
SOUND_SCORE = 1.5
SOUND_LENGTHS = (3, 4, 8)  # kana from which on a sound may have no, one, two edits
MAX_SOUNDS = 12  # of a question
MOST_PIECES = 6  # that a word in kana is cut into; more are a sentence

# A whole title with an error or two: below what begins exactly so, above scattered words.
TITLE_TYPO = 20.0
TITLE_LENGTHS = {True: (4, 8), False: (6, 12)}  # from which on one, two edits; by Japanese or not
LONGEST_TITLE = 120


def typo_clauses(question: Question, known: KnownTerms) -> list[Node]:
    """What else to look for where the question may hold typos.

    ``known`` tells which terms occur in any article that may be found.
    """
    unknown = unknown_words(question, known)
    spelt = dict.fromkeys(surface(question, token) for token in unknown)
    clauses: list[Node] = [
        Fuzzy(Field.WORDS, word, edits(word), TYPO_SCORE) for word in spelt if is_long_enough(word)
    ]
    clauses += _sounds(question, unknown)
    return clauses + _whole(question, misspelt=bool(unknown))


def misspelt_beginning(beginning: str) -> Node | None:
    """Titles with a word that begins nearly so; None where too many do. Japanese words in progress
    are compared by their sound."""
    shortest, longest = BEGINNING_LENGTHS
    is_word = beginning.isalpha() and max(beginning) <= "\uffff"  # what is beyond counts double
    if len(beginning) < shortest or not is_word or has_japanese(beginning):
        return None
    return FuzzyPrefix(Field.WORDS, beginning[:longest], TYPO_SCORE)


def is_long_enough(word: str) -> bool:
    """Whether few enough words are spelt nearly like this one."""
    return len(word) >= TYPO_LENGTH[has_japanese(word)]


def edits(word: str) -> int:
    """How many edits a misspelt word may be away from what it is compared with."""
    return 2 if len(word) >= TYPO_LENGTH_TWO_EDITS and not has_japanese(word) else 1


def unknown_words(question: Question, known: KnownTerms) -> list[Token]:
    """The words that may be misspelt, each once: no article holds them, and they are neither
    numbers nor codes."""
    wanted = set(question.distinct_terms)
    words: dict[str, Token] = {}
    for token in question.searched:
        if token.term in wanted and _is_word(surface(question, token), token.term):
            words.setdefault(token.term, token)
    if not words:
        return []
    # A word that has synonyms is meant as it is spelt, though no article may hold it.
    meant = {term for expansion in question.synonyms for term in expansion.terms}
    found = meant.union(known(list(words)))
    return [token for term, token in words.items() if term not in found]


def _is_word(surface: str, term: str) -> bool:
    shortest = SHORTEST_JAPANESE if has_japanese(surface) else TYPO_LENGTH[False]
    return term.isalpha() and shortest <= len(surface) <= LONGEST_TYPO


def surface(question: Question, token: Token) -> str:
    """A word of the question as it was typed, folded."""
    return fold(question.text[token.start : token.end])


# --- sounds -----------------------------------------------------------------------------------


def _sounds(question: Question, unknown: Sequence[Token]) -> list[Node]:
    """Words of the same sound as an unknown one, or as the kana around it."""
    if not readings.are_indexed(question.text, question.locale):
        return []
    stretches = (
        stretch
        for token in unknown
        if has_japanese(token.term)
        for stretch in sounding_stretches(question, token)
    )
    return [
        Fuzzy(Field.READINGS, sound, distance, SOUND_SCORE)
        for sound, edits in list(edits_of_sounds(stretches).items())[:MAX_SOUNDS]
        for distance in sorted({0, edits})
    ]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a question, in characters, its sound key, and how many edits that may be away from
    what it is compared with: none for kanji alone, which an input method wrote for this sound."""

    start: int
    end: int
    sound: str
    edits: int


def edits_of_sounds(stretches: Iterable[Stretch]) -> dict[str, int]:
    """The sounds of the stretches, and how many edits each may be away."""
    furthest: dict[str, int] = {}
    for stretch in stretches:
        furthest[stretch.sound] = max(stretch.edits, furthest.get(stretch.sound, 0))
    return furthest


def sounding_stretches(question: Question, unknown: Token) -> Iterator[Stretch]:
    """The unknown word, then the runs of kana tokens it is part of; those that are long enough to
    be told by their sound."""
    for run in _runs(question, question.tokens.index(unknown)):
        start, end = run[0].start, run[-1].end
        text = fold(question.text[start:end])
        if len(run) > 1 and not sounds.is_kana(text):
            continue
        key = sounds.sound_of(readings.read_words(text))
        if len(key) >= SOUND_LENGTHS[0]:
            edits = _edits_by_length(key, SOUND_LENGTHS[1:]) if _holds_kana(text) else 0
            yield Stretch(start, end, key, edits)


def _runs(question: Question, at: int) -> Iterator[Sequence[Token]]:
    """The runs of touching tokens around the one at ``at``, shortest first; the last one all of the
    kana around it, where that is more: ふぁーむうぇあ is cut in four."""
    for length in range(1, sounds.WINDOW + 1):
        for first in range(max(at - length + 1, 0), at + 1):
            run = question.tokens[first : first + length]
            if len(run) == length and _touch(run):
                yield run
    around = _kana_around(question, at)
    if sounds.WINDOW < len(around) <= MOST_PIECES:
        yield around


def _kana_around(question: Question, at: int) -> Sequence[Token]:
    """The longest run of touching tokens in kana that the one at ``at`` is part of."""
    tokens = question.tokens
    first = last = at
    while first and _is_kana_run(question, tokens[first - 1 : first + 1]):
        first -= 1
    while last + 1 < len(tokens) and _is_kana_run(question, tokens[last : last + 2]):
        last += 1
    return tokens[first : last + 1]


def _is_kana_run(question: Question, run: Sequence[Token]) -> bool:
    return _touch(run) and sounds.is_kana(fold(question.text[run[0].start : run[-1].end]))


def _holds_kana(text: str) -> bool:
    return any(map(sounds.is_kana, text))


def _touch(run: Sequence[Token]) -> bool:
    return all(token.end == following.start for token, following in pairwise(run))


def _edits_by_length(text: str, lengths: Sequence[int]) -> int:
    return sum(len(text) >= length for length in lengths)


# --- the whole title --------------------------------------------------------------------------


def _whole(question: Question, *, misspelt: bool) -> list[Node]:
    """Titles that differ from the whole question by an error, by two where a word is unknown (two
    edits of a long text cost Elasticsearch 10 ms, one costs it 1 ms).

    Not where it holds digits: another version, year or error code is another subject.
    """
    key = title_key(question.text)
    if len(key) > LONGEST_TITLE or any(character.isdigit() for character in key):
        return []
    japanese = has_japanese(key)
    field = Field.TITLE_KEYS
    if japanese:
        field, key = Field.READINGS, sounds.whole_sound(question.text)
    distance = _edits_by_length(key.removeprefix(sounds.WHOLE), TITLE_LENGTHS[japanese])
    distance = distance if misspelt else min(distance, 1)
    return [Fuzzy(field, key, distance, TITLE_TYPO)] if distance else []
