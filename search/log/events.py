"""The closed catalogue of what is logged, and the one value that carries it.

An event enters by ``validate``, is scrubbed by ``privacy`` and lands in a store; ``outcomes``
judges it. Nothing outside this catalogue is ever stored.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class EventAction(StrEnum):
    """What happened."""

    SEARCH = "search"  # a settled search: the question, and what it came to
    IMPRESSION = "impression"  # an article was in the list shown; position from 1
    CLICK = "click"  # an article was opened from the list
    ANSWER_READ = "answer_read"  # an inline answer stayed in view for 5 s without more typing
    DWELL = "dwell"  # an opened article was read for so many seconds
    FEEDBACK = "feedback"  # text: a Feedback value
    CONTACT = "contact"  # the reader turned to support


class Application(StrEnum):
    """Where the question was put (the names are those of User Behavior Insights)."""

    TYPE_AHEAD = "type-ahead"
    PRIMARY_SEARCH = "primary-search"


class Feedback(StrEnum):
    """The reader's verdict on an article: the text of a feedback event."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not-helpful"


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event, scrubbed and ready to store.

    ``day`` is the day it is counted on: that of its receipt, in the site's time zone, whatever
    ``timestamp`` says. It never changes, though a search may be replaced. ``visit`` links events
    of one browser tab's life and names nobody; ``visitor`` is the day's keyed hash, empty where
    the browser asked not to be tracked; ``network``, a search's only, is that of the address
    alone. ``query_id`` is a digest of the query token, equal for
    all events of one answer. ``question`` (the hash of the scrubbed question's normalised form),
    ``total`` to ``no_answer`` and ``text`` are a search's only, save that a feedback's text is its
    verdict. ``seconds`` are whole.
    ``provisional``: recorded by the server, no browser script has confirmed it. ``revision``
    counts how often a search was replaced.
    """

    id: UUID
    action: EventAction
    timestamp: datetime
    day: date
    visit: str
    visitor: str = ""
    application: str = ""
    locale: str = ""
    text: str = ""
    query_id: str = ""
    question: str = ""
    total: int | None = None
    engine: str = ""
    degraded: bool = False
    no_answer: bool = False
    previous_id: UUID | None = None
    object_id: str = ""
    position: int | None = None
    seconds: int | None = None
    bot: bool = False
    staff: bool = False
    demo: bool = False
    provisional: bool = False
    revision: int = 0
    network: str = ""


class ForeignEventError(Exception):
    """An id that another visit has used already."""


def settle(stored: LogEvent, posted: LogEvent) -> LogEvent:
    """What is kept when an event with a known id comes in.

    An id counts once; only a search may be replaced, by a later one of the same visit (typing
    went on after a pause), or by the browser's own report of a search that the server had
    recorded provisionally. The replacement keeps the day it is counted on. Returns ``stored``
    itself when nothing changes. Raises ForeignEventError when the id belongs to another visit.
    """
    adopted = stored.provisional and not posted.provisional and stored.visitor == posted.visitor
    if stored.visit != posted.visit and not adopted:
        raise ForeignEventError(str(posted.id))
    searches = stored.action is posted.action is EventAction.SEARCH
    later = posted.timestamp > stored.timestamp and not posted.provisional
    if not searches or not (later or adopted):
        return stored
    return replace(posted, day=stored.day, revision=stored.revision + 1)
