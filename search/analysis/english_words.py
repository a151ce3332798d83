"""Which English words are everyday ones: an article may lack them, but they are not misspelt."""

from functools import cache

from spellchecker import SpellChecker

# Once in a million words of film subtitles: torn, powder, very. What is rarer is as likely a slip
# (crete, humber). The effect: docs/search-quality.md.
LEAST_FREQUENCY = 1e-6


def is_everyday(word: str) -> bool:
    """Whether a folded word is one that people often say."""
    return word in everyday_words()


@cache
def everyday_words() -> frozenset[str]:
    """Some 15,000 words, folded; the 160,000 of the list, read within .3 s, are not kept."""
    counted = SpellChecker(language="en").word_frequency
    least = LEAST_FREQUENCY * counted.total_words
    return frozenset(word for word, count in counted.items() if count >= least)
