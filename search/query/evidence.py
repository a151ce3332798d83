"""Whether what was found answers the question: one number, and from which number on it does.

Cosine and lexical score each know something: a cosine is high where the same is said in other
words, a lexical score where rare words of the question are met. Neither has a natural zero, and
both depend on the corpus, so the number to reach is taken from the corpus itself: its own titles
and question phrases are asked, half of their words left out, once of all articles and once as if
their own article did not exist. The threshold is the middle one of the numbers that tell these two
apart nearly as well as the best: which one is best changes with the words that were left out.

In another language a question has lower cosines: what is enough there is taken from the phrases of
the articles' translations alone, where ``FEWEST_QUESTIONS`` articles have one.

Questions that articles have answered say how readers really ask: they are asked whole, and once
more without the articles that answered them. Whoever searches makes them, so two bounds hold
however many there are and whoever asked them: each counts as much as one of the corpus' own, of
which there are at least ``OWN_PER_LOGGED`` to one of them; and they choose among those numbers
alone that decide the corpus' own nearly as well as the best (``NEARLY_AS_WELL``).
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log1p
from statistics import median_low

from search.analysis.characters import has_japanese
from search.query.retrieve import WORDS_WITH_FULL_MEANING, Retrieved
from search.query.rules import Thresholds
from search.query.trees import READING_BEGINS
from search.query.understand import Question

# A lexical score twice as high counts as much as a cosine higher by a tenth.
WORDS_WEIGHT = 0.15
# Words of a phrase that are kept: readers rarely ask in an article's own words.
SHARE_KEPT = 0.5
# A reader who is told of no answer goes away, one who is shown what does not help looks again.
WRONG_REFUSAL_COST = 4 / 3
# With fewer questions a threshold would be an accident.
FEWEST_QUESTIONS = 20
MOST_QUESTIONS = 300
# Each is asked so many times, with other words left out: a threshold of one draw is an accident.
DRAWS = 3
PHRASES_EACH = 9  # the title and eight more
# Readers' questions are at most a quarter of all.
OWN_PER_LOGGED = 3
MOST_LOGGED = MOST_QUESTIONS // OWN_PER_LOGGED
# What a threshold may cost beside the best: of a hundred of the corpus' own questions eight more
# that pass for answered without their article, or six more (8 / WRONG_REFUSAL_COST) refused.
NEARLY_AS_WELL = 0.08
_SEED = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A phrase of an article, or a reader's question. ``same``: ids of the articles that answer
    it."""

    text: str
    same: frozenset[str]


def samples(articles: Iterable[tuple[str, Sequence[str]]]) -> Iterator[Sample]:
    """The samples of ``(id, (title, other phrases …))``. Articles of one title answer alike."""
    known = [(id_, phrases) for id_, phrases in articles if phrases]
    titled: dict[str, set[str]] = {}
    for id_, phrases in known:
        titled.setdefault(phrases[0], set()).add(id_)
    for _, phrases in known:
        same = frozenset(titled[phrases[0]])
        yield from (Sample(phrase, same) for phrase in phrases[:PHRASES_EACH])


def evidence(found: Retrieved, without: frozenset[str] = frozenset()) -> float:
    """How much speaks for an answer among what was found; 0: nothing.

    ``without`` leaves articles out. Without vectors the words alone speak.
    """
    return cosine(found, without) + words(found, without)


def words(found: Retrieved, without: frozenset[str] = frozenset()) -> float:
    """What the words met by the best of what was found count for; 0 where none are."""
    scores = (hit.score for hit in found.lexical if hit.id not in without)
    return WORDS_WEIGHT * log1p(max(max(scores, default=0.0), 0.0))


def cosine(found: Retrieved, without: frozenset[str] = frozenset()) -> float:
    """How near in meaning the nearest of what was found is; 0 where nothing is."""
    cosines = (s.cosine for id_, s in found.similarities.items() if id_ not in without)
    return max(max(cosines, default=0.0), 0.0)


def is_unanswered(question: Question, found: Retrieved, least: Thresholds | None) -> bool:
    """The decision: whether the candidates speak for no answer, less than ``least``. A code that
    no article holds has none, whatever was measured.

    Made by words alone where meaning had no say (no vectors, an embedder that is off or out). Not
    made while such words, or only a few, are in progress, on a page beyond the candidates, where
    an article was pinned, or before the site was measured.
    """
    if not found.lexical or found.pinned:
        return False
    if found.unknown_codes:
        return True
    if least is None or is_read(found):
        return False
    if found.in_progress and len(question.distinct_terms) < WORDS_WITH_FULL_MEANING:
        return False
    if not found.similarities:
        return not found.in_progress and words(found) < least.words
    if least.evidence is None or least.cosine is None:
        return False
    if found.is_foreign and cosine(found) >= least.cosine:
        return False
    return evidence(found) < least.evidence


def is_read(found: Retrieved) -> bool:
    """Whether a title is read as a question in kana or Latin letters alone is typed: no vector
    knows how a word sounds."""
    best = found.lexical[0].score if found.lexical else 0.0
    return found.is_unconverted and best >= READING_BEGINS


def says_less(corrected: Retrieved, typed: Retrieved) -> bool:
    """Whether a corrected question is further in meaning from what articles say: a word put right
    brings it nearer, one that is merely spelt or sounds alike takes it away (州は再くつの for
    州はさらいくつの). No vector knows what a code says."""
    if typed.unknown_codes or not (corrected.similarities and typed.similarities):
        return False
    return cosine(corrected) < cosine(typed)


def thresholds(
    samples: Iterable[Sample],
    locale: str,
    ask: Callable[[Question], Retrieved],
    logged: Sequence[Sample] = (),
    translated: Iterable[Sample] = (),
) -> Thresholds | None:
    """From where on a question counts as answered; None where the corpus says too little.

    ``ask`` gives the candidates of a question. At most ``MOST_QUESTIONS`` samples are asked,
    ``DRAWS`` times each, chosen at random but the same in every run; of the ``logged`` ones the
    first, once, to count as often. ``translated``: phrases of the articles' translations; at most
    ``MOST_QUESTIONS`` are asked, once and whole, for a translator's words are others already.
    """
    # Chosen, not secret: random.Random is repeatable.
    chance = random.Random(_SEED)  # noqa: S311
    own, readers = _Measured(), _Measured()
    asked = _some(samples, chance)
    if len(asked) < FEWEST_QUESTIONS:
        return None
    for sample in asked * DRAWS:
        text = _shortened(sample.text, locale, chance)
        own.add(ask(Question.read(text, locale)), sample.same)
    for sample in logged[: len(asked) // OWN_PER_LOGGED]:
        readers.add(ask(Question.read(sample.text, locale)), sample.same, DRAWS)
    by_words = _best_separation(own.words, readers.words)
    if not any(own.cosine.answered):
        return Thresholds(None, None, by_words)
    translations = _in_translation(_some(translated, chance), locale, ask)
    by_meaning = (translations, _Cases()) if translations else (own.cosine, readers.cosine)
    return Thresholds(
        evidence=_best_separation(own.evidence, readers.evidence),
        cosine=_best_separation(*by_meaning),
        words=by_words,
    )


def _some(samples: Iterable[Sample], chance: random.Random) -> list[Sample]:
    chosen = sorted(samples, key=lambda sample: sample.text)
    chance.shuffle(chosen)
    return chosen[:MOST_QUESTIONS]


def _in_translation(
    samples: Iterable[Sample], locale: str, ask: Callable[[Question], Retrieved]
) -> "_Cases | None":
    """The cosines of phrases in another language, a name or a code is in none; None where they are
    those of few articles."""
    cases, articles = _Cases(), set()
    for sample in samples:
        found = ask(Question.read(sample.text, locale))
        if found.is_foreign:
            cases.answered.append(cosine(found))
            cases.unanswered.append(cosine(found, sample.same))
            articles.add(sample.same)
    return cases if len(articles) >= FEWEST_QUESTIONS else None


@dataclass(slots=True)
class _Cases:
    """What speaks for an answer to each of some questions, with and without their articles."""

    answered: list[float] = field(default_factory=list)
    unanswered: list[float] = field(default_factory=list)

    def __add__(self, other: "_Cases") -> "_Cases":
        return _Cases(self.answered + other.answered, self.unanswered + other.unanswered)

    def nearly_best(self, numbers: Sequence[float]) -> list[float]:
        """Those of the numbers that decide the cases, as a threshold, nearly as well as the best of
        them: by Youden's index (1950), a wrong refusal costing more."""
        answered, unanswered = sorted(self.answered), sorted(self.unanswered)

        def decided(number: float) -> float:
            found = 1 - bisect_left(answered, number) / len(answered)
            refused = bisect_left(unanswered, number) / len(unanswered)
            return WRONG_REFUSAL_COST * found + refused

        least = max(map(decided, numbers)) - NEARLY_AS_WELL
        return [number for number in numbers if decided(number) >= least]


@dataclass(slots=True)
class _Measured:
    """The questions asked of the corpus, by each measure."""

    evidence: _Cases = field(default_factory=_Cases)
    cosine: _Cases = field(default_factory=_Cases)
    words: _Cases = field(default_factory=_Cases)

    def add(self, found: Retrieved, same: frozenset[str], times: int = 1) -> None:
        measures = ((self.evidence, evidence), (self.cosine, cosine), (self.words, words))
        for cases, measure in measures:
            cases.answered += [measure(found)] * times
            cases.unanswered += [measure(found, same)] * times


def _shortened(text: str, locale: str, chance: random.Random) -> str:
    """``text`` with about half of its content words."""
    question = Question.read(text, locale)
    asked = list(dict.fromkeys(question.text[t.start : t.end] for t in question.words))
    kept = [word for word in asked if chance.random() < SHARE_KEPT] or asked[:1]
    return ("" if has_japanese(text) else " ").join(kept)


def _best_separation(own: _Cases, readers: _Cases) -> float:
    """The middle one of the numbers that decide all nearly as well as the best, of those that
    decide the corpus' own so."""
    together = own + readers
    numbers = sorted({*together.answered, *together.unanswered})
    return median_low(together.nearly_best(own.nearly_best(numbers)))
