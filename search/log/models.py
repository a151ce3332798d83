"""The tables of the log: raw events for a while, counts per day for good."""

from django.db import models
from django.utils import timezone

from kb.models import Article
from search.log.events import EventAction


class VisitorSalt(models.Model):
    """The key of a day's visitor hashes. Deleted a day later: then nobody can join two days."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)


class SearchEvent(models.Model):
    """One stored ``LogEvent`` (its docstring explains the fields) and how far it has got.

    ``shipped_at`` is when this revision reached Elasticsearch; ``ship_error`` says why it never
    will, so that one refused row does not hold up the rest.
    """

    id = models.UUIDField(primary_key=True)
    action = models.CharField(max_length=12, choices=[(a, a) for a in EventAction])
    timestamp = models.DateTimeField()
    day = models.DateField()
    visit = models.CharField(max_length=64, db_index=True)
    visitor = models.CharField(max_length=32, blank=True)
    network = models.CharField(max_length=16, blank=True)
    application = models.CharField(max_length=20, blank=True)
    locale = models.CharField(max_length=12, blank=True)
    text = models.TextField(blank=True)
    query_id = models.CharField(max_length=32, blank=True)
    question = models.CharField(max_length=16, blank=True)
    total = models.PositiveIntegerField(null=True)
    engine = models.CharField(max_length=20, blank=True)
    degraded = models.BooleanField(default=False)
    no_answer = models.BooleanField(default=False)
    previous_id = models.UUIDField(null=True)
    object_id = models.CharField(max_length=64, blank=True)
    position = models.PositiveIntegerField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    bot = models.BooleanField(default=False)
    staff = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    shipped_at = models.DateTimeField(null=True)
    ship_error = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["day", "visit", "timestamp"], name="search_event_day"),
            models.Index(fields=["day", "received_at"], name="search_event_arrival"),
            models.Index(
                fields=["received_at"],
                name="search_event_unshipped",
                condition=models.Q(shipped_at=None, ship_error=""),
            ),
            models.Index(
                fields=["question"],
                name="search_event_question",
                condition=~models.Q(question=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"


class DailyQuestion(models.Model):
    """How one question fared on one day: the roll-up that outlives the raw events.

    ``question`` is the hash of the normalised form in ``locale``; ``variants`` maps the spellings
    to their searches, ``text`` is the most frequent of them. All three are blank once a rare
    question's text has been forgotten: then the row sums up all such questions of its day.
    Counts are searches, except ``visitors``: distinct visitor hashes of that day. A search may
    be counted under several of no_result, no_click, refined and contacted, but once in
    ``failed``. ``down`` (degraded answers) is not part of ``searches``.
    """

    day = models.DateField()
    locale = models.CharField(max_length=12)
    question = models.CharField(max_length=16, blank=True)
    text = models.TextField(blank=True)
    variants = models.JSONField(default=dict)
    searches = models.PositiveIntegerField(default=0)
    visitors = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    no_result = models.PositiveIntegerField(default=0)
    no_click = models.PositiveIntegerField(default=0)
    refined = models.PositiveIntegerField(default=0)
    contacted = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    demo = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["day", "locale", "question", "demo"], name="one_row_a_day_and_question"
            )
        ]
        indexes = [models.Index(fields=["question", "day"], name="daily_question_history")]

    def __str__(self) -> str:
        return f"{self.day} {self.locale} {self.question or '-'}"


class DailyAnswer(models.Model):
    """How many addresses one article answered one question for on one day.

    ``question`` is the hash of ``DailyQuestion``, which holds the locale. ``opened`` counts the
    addresses that turned to the article from the question's results, ``answered`` those of them
    that it answered (``outcomes.SearchOutcome.answered_by``): an address counts once. There is no
    row of fewer than ``answers.FEWEST_ADDRESSES``, none of made-up traffic, and none past the
    retention of the raw events.
    """

    day = models.DateField()
    question = models.CharField(max_length=16)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    opened = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["question", "day", "article"], name="one_row_a_day_and_answer"
            )
        ]
        indexes = [models.Index(fields=["day"], name="daily_answer_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.question} {self.article_id}"


class RolledUpDay(models.Model):
    """A day whose roll-up is complete as of ``computed_at``; also the lock of its computation."""

    day = models.DateField(primary_key=True)
    computed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)


class Erasure(models.Model):
    """An erasure that other stores than the database still have to carry out.

    It names a visit or the hashes of a question, never a text, and stays until every store has
    confirmed it some time after the last copy could have been under way.
    """

    visit = models.CharField(max_length=64, blank=True)
    questions = models.JSONField(default=list)
    requested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"erasure {self.pk}"
