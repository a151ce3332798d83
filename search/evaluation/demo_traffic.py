"""A month of made-up searches by simulated readers.

A reader asks one of the bundled questions, looks at the first five results, and opens the article
that holds the answer if it is among them. If it is not, the reader gives up, opens the wrong one
for a moment, puts the question differently, or turns to support. The dice are seeded: the same
questions and articles give the same month.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import blake2b
from pathlib import Path
from random import Random
from uuid import UUID

from django.utils import timezone

from kb.models import Article
from search.log import stores
from search.log.events import Application, EventAction, Feedback, LogEvent
from search.log.models import DailyQuestion, SearchEvent
from search.log.rollups import roll_up_closed_days
from search.log.validate import query_digest, search_facts
from search.query import tokens
from search.query.pipeline import search
from search.query.values import SearchRequest

SEED = 1042
DAYS = 30
LOOKED_AT = 5
# Questions come in waves (a storm, a newsletter): this share of a question's visits, and at least
# this many, fall on one day. Without, few would have enough visitors on any day to be shown.
WAVE_SHARE, SMALLEST_WAVE = 0.5, 3
EVENTS_A_BATCH = 1_000
# How often a reader who found the answer opens it, and says that it helped.
OPENS, SAYS_SO = 0.9, 0.15
# What one who did not find it does; the rest gives up.
LOOKS_AT_A_WRONG_ONE, ASKS_AGAIN, CONTACTS = 0.3, 0.3, 0.15


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the questions file.

    ``wants`` is the article that answers it (its path in the content folder without locale and
    ending), empty if none does; ``weight`` is how many visits of the month ask it.
    """

    locale: str
    text: str
    wants: str
    weight: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the pipeline says to a question: the first results' ids, and the search's facts."""

    query_id: str
    facts: Mapping[str, object]
    shown: tuple[str, ...]


def read_questions(path: Path) -> list[Question]:
    """The questions in ``path``, one JSON object a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [Question(r["locale"], r["text"], r["wants"] or "", r["weight"]) for r in rows]


def load_traffic(questions: Sequence[Question], now: datetime | None = None) -> int:
    """Log a month of searches up to ``now`` and roll it up; how many events.

    Does nothing, and returns 0, once there is demo traffic. Raises EngineUnavailable when no
    engine answers.
    """
    made_before = SearchEvent.objects.filter(demo=True), DailyQuestion.objects.filter(demo=True)
    if any(rows.exists() for rows in made_before):
        return 0
    events = list(Month(questions, now or timezone.now()).events())
    for start in range(0, len(events), EVENTS_A_BATCH):
        stores.landing().append(events[start : start + EVENTS_A_BATCH])
    roll_up_closed_days()
    return len(events)


class Month:
    """The visits of ``DAYS`` days before ``now``."""

    def __init__(self, questions: Sequence[Question], now: datetime) -> None:
        self._questions = questions
        self._now = now
        self._random = Random(SEED)  # noqa: S311 - a play, not a secret
        self._articles = article_ids()
        self._answers: dict[tuple[str, str], Answer] = {}
        self._same_wish: dict[tuple[str, str], list[Question]] = defaultdict(list)
        for question in questions:
            if question.wants:
                self._same_wish[question.locale, question.wants].append(question)

    def events(self) -> Iterator[LogEvent]:
        """Every event of every visit."""
        for question in self._questions:
            for start in self._starts(question.weight):
                yield from self._visit(question, start)

    def _starts(self, visits: int) -> Iterator[datetime]:
        """When the visits for one question begin: some on one day, the rest over the month."""
        today = timezone.localdate(self._now)
        wave = today - timedelta(days=self._random.randint(1, DAYS - 1))
        morning = timezone.make_aware(datetime.combine(wave, time(8)))
        in_wave = max(SMALLEST_WAVE, round(visits * WAVE_SHARE))
        for number in range(visits):
            if number < in_wave:
                yield morning + timedelta(hours=self._random.uniform(0, 12))
            else:
                yield self._now - timedelta(minutes=self._random.uniform(60, DAYS * 24 * 60))

    def _visit(self, question: Question, start: datetime) -> Iterator[LogEvent]:
        visit = Visit(self._random, start)
        answer = self._ask(question)
        yield from visit.search(question, answer)
        wanted = self._articles.get((question.locale, question.wants), "")
        if wanted in answer.shown:
            yield from visit.find(answer, wanted)
            return
        dice = self._random.random()
        if dice < LOOKS_AT_A_WRONG_ONE and answer.shown:
            yield visit.opened(answer, self._random.choice(answer.shown), after=6)
            yield visit.event(EventAction.DWELL, answer, after=8, seconds=7)
            dice = self._random.uniform(LOOKS_AT_A_WRONG_ONE, 1)
        if dice > 1 - CONTACTS:
            yield visit.event(EventAction.CONTACT, after=50)
        elif dice > 1 - CONTACTS - ASKS_AGAIN:
            yield from self._ask_again(visit, question)

    def _ask_again(self, visit: "Visit", question: Question) -> Iterator[LogEvent]:
        others = [q for q in self._same_wish[question.locale, question.wants] if q != question]
        shorter = max(question.text.split(), key=len)
        other = self._random.choice(others or [replace(question, text=shorter)])
        answer = self._ask(other)
        yield from visit.search(other, answer, after=25)
        wanted = self._articles.get((other.locale, other.wants), "")
        if wanted in answer.shown:
            yield from visit.find(answer, wanted)

    def _ask(self, question: Question) -> Answer:
        key = (question.text, question.locale)
        if key not in self._answers:
            self._answers[key] = ask(*key)
        return self._answers[key]


class Visit:
    """One made-up reader's visit: makes events, each later than the one before."""

    def __init__(self, random: Random, start: datetime) -> None:
        self._random = random
        self._at = start
        self._day = timezone.localdate(start)
        self._name = f"demo-{random.getrandbits(64):016x}"
        self._visitor = blake2b(self._name.encode(), digest_size=16).hexdigest()

    def event(
        self, action: EventAction, answer: Answer | None = None, after: float = 1, **fields: object
    ) -> LogEvent:
        """An event ``after`` seconds, more or less."""
        self._at += timedelta(seconds=after * self._random.uniform(0.7, 1.4))
        event = LogEvent(
            id=UUID(int=self._random.getrandbits(128), version=4),
            action=action,
            timestamp=self._at,
            day=self._day,
            visit=self._name,
            visitor=self._visitor,
            query_id=query_digest(answer.query_id) if answer else "",
            demo=True,
        )
        return replace(event, **fields)  # type: ignore[arg-type]

    def search(self, question: Question, answer: Answer, after: float = 2) -> Iterator[LogEvent]:
        """The settled search and the list that was shown."""
        typed = self._random.random() < 0.7
        application = Application.TYPE_AHEAD if typed else Application.PRIMARY_SEARCH
        where = {"application": application, "locale": question.locale}
        yield self.event(EventAction.SEARCH, answer, after, **where, **answer.facts)
        for position, article in enumerate(answer.shown, start=1):
            at = {"object_id": article, "position": position}
            yield self.event(EventAction.IMPRESSION, answer, 0, **where, **at)

    def opened(self, answer: Answer, article: str, after: float) -> LogEvent:
        """A click on one of the results."""
        position = answer.shown.index(article) + 1
        return self.event(EventAction.CLICK, answer, after, object_id=article, position=position)

    def find(self, answer: Answer, article: str) -> Iterator[LogEvent]:
        """The reader whose answer is in the list."""
        if self._random.random() > OPENS:
            return
        yield self.opened(answer, article, after=5)
        seconds = self._random.randint(35, 150)
        yield self.event(EventAction.DWELL, answer, seconds, object_id=article, seconds=seconds)
        if self._random.random() < SAYS_SO:
            helped = {"object_id": article, "text": Feedback.HELPFUL.value}
            yield self.event(EventAction.FEEDBACK, answer, 3, **helped)


def ask(text: str, locale: str) -> Answer:
    """What the production pipeline says to an anonymous reader."""
    results = search(SearchRequest(text, locale))
    query_id = results.outcome.query_id
    facts = search_facts(text, locale, tokens.read(query_id))
    return Answer(query_id, facts, tuple(result.id for result in results.results[:LOOKED_AT]))


def article_ids() -> dict[tuple[str, str], str]:
    """Locale and path in the content folder, without its ending → the article's id."""
    rows = Article.objects.live().exclude(source_key="")
    return {
        (locale, key.removesuffix(".md")): str(pk)
        for locale, key, pk in rows.values_list("locale__language_code", "source_key", "pk")
    }
