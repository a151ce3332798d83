"""What speaks for an article before its words are looked at: earlier readers, and freshness.

**Readers.** Of the readers who turned to an article from a question's results, the share whom it
answered. Not how often it was clicked: that depends on where it stood (Joachims et al.,
"Accurately interpreting clickthrough data as implicit feedback", SIGIR 2005), and would raise
what is first already. Whether an article satisfies those who open it does not depend on its place;
it is the second factor of Chapelle & Zhang's model (WWW 2009). The estimate is the lower end of
Wilson's interval ("Probable inference, the law of succession, and statistical inference", JASA
22, 1927), so that little evidence counts little and, beyond some tens of readers, more of it
next to nothing. What is left of the loop: an article that stands first is opened more and gets
its evidence sooner. It is bounded by this saturation, by the weight in ``rank``, and by time.

Readers are addresses of a day (``AnswerDay``). On each day one of those an article answered is
taken off, for hashes of two days cannot be compared: whoever comes every day, alone, never
counts. Readers whom it did not answer count in full. Nothing is said below
``settings.ANNAI_K_ANONYMITY`` readers or ``FEWEST_DAYS`` days: what so few did would be theirs to
recognise, and one day's campaign is no habit.

An article's value is of its own readers alone, not scaled by others', so that the value of an
article somebody may not read changes nothing they see. Articles that are no candidates are not
added: the prior is of articles that were among the results of this very question, so the words
and vectors of now say that it no longer fits.

**Freshness.** An article verified lately comes before its equals.

The counts come from a layer above, which registers itself as their source.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt

from django.conf import settings

# Products change by the month: readers of a month ago count half.
READERS_HALF_LIFE_DAYS = 30.0
# Older ones would count less than an eighth; the log keeps them no longer either.
LOOKED_BACK = timedelta(days=90)
FEWEST_DAYS = 2
# Nobody asks a longer question in the same words again.
LONGEST_QUESTION = 200
# Half a year: the rhythm in which articles are usually verified again.
FRESH_HALF_LIFE_DAYS = 180.0
_Z = 1.96  # 95 %, as in all of the product's intervals


@dataclass(frozen=True, slots=True)
class AnswerDay:
    """A day's addresses that turned to an article from a question, and those it answered."""

    article_id: str
    day: date
    opened: int
    answered: int


@dataclass(frozen=True, slots=True)
class Priors:
    """``readers``: article id → 0 to 1, as far as known. ``today``: None leaves freshness out."""

    readers: Mapping[str, float] = field(default_factory=dict)
    today: date | None = None

    def freshness(self, verified_on: str) -> float:
        """1 for what was verified today (an ISO date), halved every half-life; 0 for never."""
        if self.today is None or not verified_on:
            return 0.0
        age = (self.today - date.fromisoformat(verified_on)).days
        return _halved(max(age, 0), FRESH_HALF_LIFE_DAYS)


NO_PRIORS = Priors()

# Text, locale, first day → the counts of the question, in whatever spelling it is asked.
AnswerSource = Callable[[str, str, date], Sequence[AnswerDay]]
_source: AnswerSource | None = None


def register_source(source: AnswerSource) -> None:
    """Take counts from ``source`` from now on; a second call replaces the first."""
    global _source
    _source = source


def priors_for(text: str, locale: str, today: date) -> Priors:
    """What is known beforehand of the articles for a question. One query of the source."""
    days: Sequence[AnswerDay] = ()
    if _source and len(text) <= LONGEST_QUESTION:
        days = _source(text, locale, today - LOOKED_BACK)
    of_article: dict[str, list[AnswerDay]] = defaultdict(list)
    for day in days:
        of_article[day.article_id].append(day)
    values = {id_: answered_share(found, today) for id_, found in of_article.items()}
    return Priors({id_: value for id_, value in values.items() if value}, today)


def answered_share(days: Iterable[AnswerDay], today: date) -> float:
    """The share of an article's readers whom it answered, as it is at least; 0 where too few
    are known. See above."""
    readers, telling_days, answered, read = 0, 0, 0.0, 0.0
    for counts in days:
        beyond_one = max(counts.answered - 1, 0)
        weight = _halved(max((today - counts.day).days, 0), READERS_HALF_LIFE_DAYS)
        readers += beyond_one
        telling_days += beyond_one > 0
        answered += weight * beyond_one
        read += weight * (beyond_one + counts.opened - counts.answered)
    if readers < settings.ANNAI_K_ANONYMITY or telling_days < FEWEST_DAYS:
        return 0.0
    return wilson_lower(answered, read)


def wilson_lower(successes: float, trials: float) -> float:
    """The lower end of Wilson's 95 % interval of a share; trials, above 0, may be weighed."""
    share, square = successes / trials, _Z * _Z
    middle = share + square / (2 * trials)
    margin = _Z * sqrt((share * (1 - share) + square / (4 * trials)) / trials)
    return (middle - margin) / (1 + square / trials)


def _halved(age_days: float, half_life_days: float) -> float:
    return float(0.5 ** (age_days / half_life_days))
