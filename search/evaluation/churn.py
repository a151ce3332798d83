"""How restless the list is while somebody types a question whose answer it shows already."""

import random
from collections.abc import Callable, Sequence
from statistics import fmean

from search.evaluation.beir import TestQuestion

# Every keystroke is asked: of so many questions, chosen at random but the same in every run, …
QUESTIONS = 100
# … and of so many characters: the rest of a pasted page is not typed.
CHARACTERS = 100
SHOWN = 5
_SEED = 1

Suggest = Callable[[str, Sequence[str]], Sequence[str]]


def churn(questions: Sequence[TestQuestion], suggest: Suggest) -> float | None:
    """The mean share of the shown documents that change place or leave at a keystroke, while one
    that answers is among them; None where none ever is.

    ``suggest`` takes the text typed so far and the documents shown, and gives those shown next.
    """
    # Chosen, not secret: random.Random is repeatable.
    chosen = random.Random(_SEED).sample(list(questions), min(QUESTIONS, len(questions)))  # noqa: S311
    shares: list[float] = []
    for question in chosen:
        shown: Sequence[str] = ()
        for end in range(1, min(len(question.text), CHARACTERS) + 1):
            following = suggest(question.text[:end], shown)[:SHOWN]
            if question.relevant.keys() & set(shown):
                shares.append(_changed(shown, following))
            shown = following
    return round(fmean(shares), 4) if shares else None


def _changed(before: Sequence[str], after: Sequence[str]) -> float:
    stayed = sum(one == other for one, other in zip(before, after, strict=False))
    return 1 - stayed / len(before)
