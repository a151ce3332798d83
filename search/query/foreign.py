"""Questions in another language than the articles of their locale."""

from collections.abc import Sequence

from django.conf import settings

from search.analysis.characters import has_japanese
from search.analysis.english import stem
from search.engines.base import Engine, Field
from search.query.understand import FEWEST_LETTERS, Question

# Letters of a word in progress that tell which word of another language it becomes; by whether it
# is Japanese. Fewer Latin ones are romaji as well (make, note).
FEWEST_BEGUN = {True: 2, False: 5}
COMPLETIONS = 8  # looked at, of which the most frequent is taken


def is_foreign(
    question: Question, engine: Engine, visibilities: Sequence[str], *, in_progress: bool = False
) -> bool:
    """Whether a question is in another language than its locale's articles, so that few of them
    hold its words: meaning alone may find its answer.

    One word in Latin letters may be a product's name anywhere: no article here may hold it, and
    another language's have to, or in progress a word that begins so. Raises EngineUnavailable.
    """
    if question.is_surely_foreign:
        return True
    if not question.is_in_another_script:
        return False
    if engine.known_terms(question.locale, _terms(question), visibilities):
        return False
    if is_held_elsewhere(question, engine, visibilities):
        return True
    return in_progress and bool(question.beginning and _becoming(question, engine, visibilities))


def is_held_elsewhere(question: Question, engine: Engine, visibilities: Sequence[str]) -> bool:
    """Whether articles in another language hold any of its words. Raises EngineUnavailable."""
    terms = _terms(question)
    return any(engine.known_terms(other, terms, visibilities) for other in _others(question.locale))


def as_far_as_known(question: Question, engine: Engine, visibilities: Sequence[str]) -> Question:
    """What a question in progress says so far where it is in another language: its last word is
    the title's word that most articles of another language begin so, and left out while it has too
    few letters to tell. As it is in any other case. Raises EngineUnavailable.
    """
    word = question.last_word
    if not word or not question.is_in_another_script:
        return question
    before = Question.read(question.before_word_in_progress, question.locale)
    goes_on = before.is_surely_english or (
        is_held_elsewhere(before, engine, visibilities)
        and not engine.known_terms(question.locale, _terms(before), visibilities)
    )
    tells = len(word) >= FEWEST_BEGUN[has_japanese(word)]
    if goes_on and not tells:
        return before
    if not tells or (before.words and not goes_on):  # romaji, perhaps
        return question
    if engine.known_terms(question.locale, list(question.unfinished_terms), visibilities):
        return question
    becoming = _becoming(question, engine, visibilities)
    return Question.read(f"{before.text}{becoming} ", question.locale) if becoming else question


def is_understood(question: Question, engine: Engine, visibilities: Sequence[str]) -> bool:
    """Whether a question in progress that is in another script is surely another language's.
    Raises EngineUnavailable."""
    word = question.last_word
    is_alone = all(token.term in question.unfinished_terms for token in question.words)
    if is_alone and len(word) < FEWEST_BEGUN[has_japanese(word)]:
        return question.is_surely_english
    return question.is_surely_english or is_held_elsewhere(question, engine, visibilities)


def _becoming(question: Question, engine: Engine, visibilities: Sequence[str]) -> str:
    """The word of another language's titles that the one in progress most likely becomes."""
    found: dict[str, int] = {}
    for other in _others(question.locale):
        found |= engine.completions(
            other, question.last_word, visibilities, COMPLETIONS, Field.WORDS
        )
    # Titles hold words beside their stems, of which there are as many: warranty, warranti.
    stems = {stem(word) for word in found if stem(word) != word}
    return max(found, key=lambda word: (found[word], word not in stems), default="")


def _others(locale: str) -> list[str]:
    return [code for code, _ in settings.WAGTAIL_CONTENT_LANGUAGES if code != locale]


def _terms(question: Question) -> list[str]:
    """Its words that have letters enough to be one."""
    terms = (token.term for token in question.words)
    return [term for term in terms if len(term) >= FEWEST_LETTERS[has_japanese(term)]]
