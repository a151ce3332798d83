"""What indexing keeps in the database: texts as analysed, the outbox, positions, timetables."""

from django.db import models

from kb.models import Article


class ArticleText(models.Model):
    """The text of one eligible article with its tokens, so that nothing is analysed twice.

    Results pages cut and highlight excerpts from it; rebuilds and further indexes take their
    terms from it while ``digest`` (of the texts and the analysis version) still fits. The blobs
    are written and read by ``search.indexing.terms``.
    """

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="indexed_text"
    )
    locale = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    analysis_version = models.CharField(max_length=60)
    title = models.TextField()
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    title_tokens = models.BinaryField()
    body_tokens = models.BinaryField()
    terms = models.BinaryField()
    summary_tokens = models.BinaryField(default=bytes)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.title


class StoredVectors(models.Model):
    """The vectors of one article's text, so that nothing is embedded twice.

    They belong to the text of ``for_digest`` and to the model of ``space``; ``parts_digest`` is of
    what was embedded alone, so that a new analysis of the same text needs no model. ``passages``
    are the start and end of each passage in the text's body, in the order of its rows. The blob is
    written and read by ``search.indexing.vectors``. No dimensions: the embedder refused the text.
    """

    text = models.OneToOneField(
        ArticleText, on_delete=models.CASCADE, primary_key=True, related_name="vectors"
    )
    space = models.CharField(max_length=200)
    for_digest = models.CharField(max_length=64)
    parts_digest = models.CharField(max_length=64, blank=True)
    dimensions = models.PositiveIntegerField()
    rows = models.BinaryField()
    passages = models.JSONField()
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"vectors of article {self.pk}"


class OutboxEntry(models.Model):
    """An article that changed: "look at it again", whatever happened to it.

    ``id`` is given when the row is written, ``number`` once it is visible to everybody (see
    ``outbox.number_entries``); consumers read by number. The article is named by number, not by
    a foreign key, because the row has to outlive it.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.BigIntegerField(null=True, unique=True)
    article_id = models.BigIntegerField()
    locale = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["article_id", "number"], name="outbox_article_number")]

    def __str__(self) -> str:
        return f"{self.number}: article {self.article_id}"


class OutboxCounter(models.Model):
    """The one row whose lock serialises the numbering. ``pruned``: rows up to here are gone."""

    last_number = models.BigIntegerField(default=0)
    pruned = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last_number)


class IndexPosition(models.Model):
    """How far one index has followed the outbox, and why it stopped there (``problem``)."""

    index = models.CharField(max_length=100, unique=True)
    position = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.index} at {self.position}"


class ParkedEntry(models.Model):
    """An article that one index could not take; the others went on. Its next change retries it."""

    index = models.CharField(max_length=100)
    article_id = models.BigIntegerField()
    error = models.TextField()
    attempts = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["index", "article_id"], name="parked_once_per_index")
        ]

    def __str__(self) -> str:
        return f"article {self.article_id}: {self.error}"


class PeriodicRun(models.Model):
    """When a periodic job last started, on whichever host; ``error`` is empty after a good run."""

    name = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField()
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
