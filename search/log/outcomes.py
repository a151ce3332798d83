"""What became of each search of a visit: pure functions over plain events.

This is the one place that says what a failed search is. The definitions stand in the docstring of
``SearchOutcome``; the product's figures and the gap list all come from here.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from rapidfuzz.distance import Levenshtein

from search.analysis import analyse, question_key
from search.log.events import Application, EventAction, Feedback, LogEvent

FOLLOW_UP = timedelta(minutes=5)
# Typing on after a pause, up to Enter and the results page it opens.
TYPING_ON = timedelta(seconds=30)
CONTACT_AFTER = timedelta(minutes=30)
# Somebody who stays as long as this on an article of unknown length has read it.
READ_SECONDS = 30.0
MAX_SIMILAR_DISTANCE = 2

DwellNeeded = Callable[[str], float]

# What happens to a list without anybody using it.
_UNUSED = (EventAction.IMPRESSION, EventAction.CONTACT)
# What shows that a reader turned to an article.
_USES = (EventAction.CLICK, EventAction.DWELL, EventAction.ANSWER_READ, EventAction.FEEDBACK)


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """One search and what became of it.

    ``search`` is the event that stands for it (its last, when a question was sent twice in a row
    or typed to its end after a pause), ``day`` the day it began.

    - ``down``: the answer was degraded or there was none: an outage, never a failure; every other
      flag but ``answered`` is then False.
    - ``no_result``: nothing was found, or the decision was that nothing found is an answer.
    - ``no_click``: there were results, nothing was opened and no answer was read in place. Never
      said of a search that only the server saw: what its reader opened is not known.
    - ``refined``: a similar question followed within 5 minutes.
    - ``contacted``: the reader turned to support within 30 minutes.
    - ``answered``: an article was opened and read (``DwellNeeded`` seconds), an answer was read in
      place, or "helpful" was said, and neither a refinement nor a contact followed.
    - ``opened``: the ids of the articles that were opened, or whose answer was read in place.
    - ``answered_by``: of an answered search, those of them said to be helpful and the one read
      last, unless it was said not to help. Who goes on to another article was not satisfied
      with the one before: Chapelle & Zhang, "A Dynamic Bayesian Network Click Model for Web
      Search Ranking", WWW 2009, section 3.
    """

    search: LogEvent
    day: date
    no_result: bool
    no_click: bool
    refined: bool
    contacted: bool
    answered: bool
    down: bool
    opened: frozenset[str] = frozenset()
    answered_by: frozenset[str] = frozenset()

    @property
    def failed(self) -> bool:
        """Whether this search left its reader without an answer, as far as can be seen."""
        reasons = self.no_result or self.no_click or self.refined or self.contacted
        return reasons and not self.answered


@dataclass(slots=True)
class _Episode:
    """A question of the visit with everything that belongs to it."""

    first: LogEvent
    last: LogEvent
    key: str
    terms: frozenset[str]
    query_ids: set[str]
    event_ids: set[object]
    observed: bool
    events: list[LogEvent] = field(default_factory=list)


def outcomes_of(
    events: Iterable[LogEvent], dwell_needed: DwellNeeded = lambda object_id: READ_SECONDS
) -> tuple[SearchOutcome, ...]:
    """The outcome of every search among one visit's ``events``, in the order of time.

    ``dwell_needed`` gives, for an article's id, the seconds after which it counts as read.
    """
    in_order = sorted(events, key=lambda event: event.timestamp)
    used = {e.query_id for e in in_order if e.action not in (EventAction.SEARCH, *_UNUSED)}
    episodes = _episodes([e for e in in_order if e.action is EventAction.SEARCH], used)
    contacts = [e.timestamp for e in in_order if e.action is EventAction.CONTACT]
    others = [e for e in in_order if e.action not in (EventAction.SEARCH, EventAction.CONTACT)]
    _attach(others, episodes)
    return tuple(
        _judge(episode, islice(episodes, number, None), contacts, dwell_needed)
        for number, episode in enumerate(episodes, start=1)
    )


def _episodes(searches: Sequence[LogEvent], used: Set[str]) -> list[_Episode]:
    """The searches, those that go on with the one before them as one.

    ``used`` are the answers (query ids) that something was opened or read from.
    """
    episodes: list[_Episode] = []
    for search in searches:
        key = question_key(search.text, search.locale)
        terms = frozenset(analyse(search.text, search.locale).terms)
        latest = episodes[-1] if episodes else None
        if latest and (_repeats(latest, search, key) or _types_on(latest, search, used)):
            latest.last, latest.key, latest.terms = search, key, terms
            latest.query_ids.add(search.query_id)
            latest.event_ids.add(search.id)
            latest.observed |= not search.provisional
        else:
            seen = not search.provisional
            episodes.append(
                _Episode(search, search, key, terms, {search.query_id}, {search.id}, seen)
            )
    return episodes


def _repeats(episode: _Episode, search: LogEvent, key: str) -> bool:
    """Whether a question is merely sent again: the results page after the list, a reload."""
    same = (episode.last.locale, episode.key) == (search.locale, key)
    return same and search.timestamp - episode.last.timestamp <= FOLLOW_UP


def _types_on(episode: _Episode, search: LogEvent, used: Set[str]) -> bool:
    """Whether Enter sent what a pause in typing had logged unfinished.

    The results page is another event than the list, so that the store could not replace it.
    """
    unfinished = episode.last.application == Application.TYPE_AHEAD and not episode.query_ids & used
    sent = search.application == Application.PRIMARY_SEARCH
    named = search.previous_id == episode.last.id
    return unfinished and sent and named and search.timestamp - episode.last.timestamp <= TYPING_ON


def _attach(events: Iterable[LogEvent], episodes: Sequence[_Episode]) -> None:
    """Give each of ``events`` to the latest search it can belong to.

    By the answer it was made on, else by the search it names, else (a further page or a narrower
    view of the results has an answer of its own) to the search before it, if that is recent.
    """
    by_answer: dict[str, list[_Episode]] = defaultdict(list)
    by_search: dict[object, list[_Episode]] = defaultdict(list)
    for episode in episodes:
        for query_id in episode.query_ids:
            by_answer[query_id].append(episode)
        for event_id in episode.event_ids:
            by_search[event_id].append(episode)
    for event in events:
        candidates = by_answer.get(event.query_id) or by_search.get(event.previous_id)
        if candidates:
            started = bisect_right(candidates, event.timestamp, key=lambda e: e.first.timestamp)
            candidates[started - 1].events.append(event)  # none has started: the last (-1)
        else:
            _attach_by_time(event, episodes)


def _attach_by_time(event: LogEvent, episodes: Sequence[_Episode]) -> None:
    before = bisect_right(episodes, event.timestamp, key=lambda e: e.last.timestamp)
    for episode in episodes[max(0, before - 1) : before]:
        if event.timestamp - episode.last.timestamp <= CONTACT_AFTER:
            episode.events.append(event)


def _judge(
    episode: _Episode,
    later: Iterator[_Episode],
    contacts: Sequence[datetime],
    dwell_needed: DwellNeeded,
) -> SearchOutcome:
    search = episode.last
    down = search.degraded or search.total is None
    empty = not search.total or search.no_answer
    touched = any(e.action is not EventAction.IMPRESSION for e in episode.events)
    soon = takewhile(lambda o: o.first.timestamp - search.timestamp <= FOLLOW_UP, later)
    refined = any(are_similar(episode, other) for other in soon)
    next_contact = contacts[bisect_left(contacts, search.timestamp) :][:1]
    contacted = any(moment - search.timestamp <= CONTACT_AFTER for moment in next_contact)
    read = [event.object_id for event in episode.events if _shows_reading(event, dwell_needed)]
    answered = bool(read) and not refined and not contacted
    return SearchOutcome(
        search=search,
        day=episode.first.day,
        no_result=empty and not down,
        no_click=not empty and not touched and episode.observed and not down,
        refined=refined and not down,
        contacted=contacted and not down,
        answered=answered,
        down=down,
        opened=frozenset(e.object_id for e in episode.events if e.action in _USES) - {""},
        answered_by=_answered_by(episode.events, read) if answered else frozenset(),
    )


def _answered_by(events: Iterable[LogEvent], read: Sequence[str]) -> frozenset[str]:
    """Which articles answered; ``read``: the ids of those read, in the order of time."""
    verdicts = {e.object_id: e.text for e in events if e.action is EventAction.FEEDBACK}
    helpful = {id_ for id_, verdict in verdicts.items() if verdict == Feedback.HELPFUL}
    unhelpful = verdicts.keys() - helpful
    return frozenset({*read[-1:], *helpful} - unhelpful - {""})


def _shows_reading(event: LogEvent, dwell_needed: DwellNeeded) -> bool:
    if event.action is EventAction.DWELL:
        return (event.seconds or 0) >= dwell_needed(event.object_id)
    return event.action is EventAction.ANSWER_READ or (
        event.action is EventAction.FEEDBACK and event.text == Feedback.HELPFUL
    )


def are_similar(one: _Episode, other: _Episode) -> bool:
    """Whether two questions share a content term or are a slip of the keyboard apart."""
    if one.terms & other.terms:
        return True
    shorter = min(len(one.key), len(other.key))
    # Two edits turn any word of two kanji into any other: only a minority of the letters may go.
    allowed = min(MAX_SIMILAR_DISTANCE, (shorter - 1) // 2)
    return allowed > 0 and Levenshtein.distance(one.key, other.key, score_cutoff=allowed) <= allowed
