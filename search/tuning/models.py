"""The tables of tuning."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from kb.models import Article
from search.query.rules import Thresholds
from search.query.synonyms import SynonymRule
from search.tuning.enums import GoldenOrigin, SynonymKind
from search.tuning.rule_set import RuleSet
from search.tuning.words import check_rule, read_rule, write_rule

MAX_QUESTION_LENGTH = 300
MAX_PHRASES = 20


def languages() -> Iterable[tuple[str, str | Promise]]:
    """The portal's languages; a function, so that another one needs no migration."""
    return settings.LANGUAGES


class RulesVersion(models.Model):
    """One row with a number that grows with every change of a rule."""

    ONLY = 1

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)


class Calibration(models.Model):
    """From which evidence on a question counts as answered in a language.

    ``evidence``, ``cosine``, ``words``: see ``query.rules.Thresholds``; ``words`` is None
    where the site is too small to tell. ``basis``, ``documents`` and ``translations`` (public
    ones of its articles): what it was measured on (``tuning.calibration``).
    """

    locale = models.CharField(max_length=12, unique=True)
    evidence = models.FloatField(null=True)
    cosine = models.FloatField(null=True)
    words = models.FloatField(null=True)
    basis = models.CharField(max_length=300)
    documents = models.PositiveIntegerField()
    translations = models.PositiveIntegerField(default=0, db_default=0)
    measured_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.locale}: {self.thresholds}"

    @property
    def thresholds(self) -> Thresholds | None:
        """The numbers in force."""
        if self.words is None:
            return None
        return Thresholds(self.evidence, self.cosine, self.words)


class Synonym(models.Model):
    """Words that are asked for one another in a language. ``words``: see ``tuning.words``."""

    locale = models.CharField(_("language"), max_length=12, choices=languages)
    kind = models.CharField(
        _("kind"), max_length=10, choices=SynonymKind, default=SynonymKind.TWO_WAY
    )
    words = models.TextField(
        _("words"),
        help_text=_(
            "Words or phrases, separated by commas or lines; for a one-way rule an arrow between "
            "the sides, as in “telly → television”."
        ),
    )
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("Why, for your colleagues.")
    )

    class Meta:
        ordering = ["locale", "words"]
        default_permissions = ()
        permissions = [
            ("tune_search", _("Can manage synonyms, promoted answers and golden questions"))
        ]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return self.words if len(self.words) <= 60 else f"{self.words[:60]}…"

    @property
    def rule(self) -> SynonymRule:
        """The rule the words say. Raises ValidationError for words that were never checked."""
        return read_rule(self.kind, self.words)

    def clean(self) -> None:
        """Check the rule by itself and against all others of its language."""
        if not self.locale or not self.kind or not self.words:
            return  # their own fields say so
        try:
            rule = self.rule
            check_rule(rule, self.locale)
            others = Synonym.objects.filter(locale=self.locale).exclude(pk=self.pk)
            RuleSet(self.locale, (other.rule for other in others)).check(rule)
        except ValidationError as error:
            raise ValidationError({"words": error}) from error
        self.words = write_rule(rule)


class Promotion(models.Model):
    """An article shown first for some questions. ``questions``: one a line."""

    locale = models.CharField(_("language"), max_length=12, choices=languages)
    questions = models.TextField(
        _("questions"),
        help_text=_(
            "One a line. Other spellings of the same words count too; a longer question does not."
        ),
    )
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", verbose_name=_("article")
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day it is shown first.")
    )
    position = models.PositiveSmallIntegerField(
        _("order"), default=1, help_text=_("Of several for one question the lowest comes first.")
    )

    class Meta:
        ordering = ["locale", "questions", "position"]
        default_permissions = ()
        verbose_name = _("promoted answer")
        verbose_name_plural = _("promoted answers")

    def __str__(self) -> str:
        return self.phrases[0] if self.phrases else ""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The questions, each once."""
        lines = (" ".join(line.split()) for line in self.questions.splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def clean(self) -> None:
        """Check the questions, the days and the article's language."""
        errors: dict[str, str | Promise] = {}
        phrases = self.phrases
        if len(phrases) > MAX_PHRASES or any(len(p) > MAX_QUESTION_LENGTH for p in phrases):
            errors["questions"] = _("At most %(lines)d lines of %(characters)d characters.") % {
                "lines": MAX_PHRASES,
                "characters": MAX_QUESTION_LENGTH,
            }
        elif self.questions and not phrases:
            errors["questions"] = _("Write at least one question.")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            errors["ends_on"] = _("The last day is before the first.")
        if self.article_id and self.article.locale.language_code != self.locale:
            errors["article"] = _("The article is in another language.")
        if errors:
            raise ValidationError(errors)
        self.questions = "\n".join(phrases)


class GoldenQuestion(ClusterableModel):
    """A question and the articles of which one has to be among the first three results."""

    locale = models.CharField(_("language"), max_length=12, choices=languages)
    question = models.CharField(_("question"), max_length=MAX_QUESTION_LENGTH)
    origin = models.CharField(
        _("where from"), max_length=10, choices=GoldenOrigin, default=GoldenOrigin.HAND
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["locale", "question"]
        default_permissions = ()
        verbose_name = _("golden question")
        verbose_name_plural = _("golden questions")
        constraints = [
            models.UniqueConstraint(
                fields=["locale", "question"],
                name="one_golden_question",
                violation_error_message=_("This question is on the list already."),
            )
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def expected(self) -> frozenset[int]:
        """The ids of the expected articles. No query where they are prefetched."""
        return frozenset(answer.article_id for answer in self.answers.all())


class GoldenAnswer(Orderable):
    """One of the articles that answer a golden question."""

    question = ParentalKey(GoldenQuestion, on_delete=models.CASCADE, related_name="answers")
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", verbose_name=_("article")
    )

    class Meta(Orderable.Meta):
        default_permissions = ()
        verbose_name = _("expected article")

    def __str__(self) -> str:
        return str(self.article_id)


class GoldenRun(models.Model):
    """How the golden questions of a language fared at one time.

    ``hit_at_3``: the share with an expected article among the first three results;
    ``mrr``: the mean of 1 / its rank. Both are 0 to 1. ``degraded``: the standby answered.
    """

    locale = models.CharField(_("language"), max_length=12, choices=languages)
    run_at = models.DateTimeField(_("time"), auto_now_add=True)
    questions = models.PositiveIntegerField(_("questions"))
    hit_at_3 = models.FloatField()
    mrr = models.FloatField()
    engine = models.CharField(_("engine"), max_length=20)
    degraded = models.BooleanField(default=False)

    class Meta:
        ordering = ["-run_at", "locale"]
        default_permissions = ()
        verbose_name = _("run of the golden questions")
        verbose_name_plural = _("runs of the golden questions")

    def __str__(self) -> str:
        return f"{self.locale} {self.run_at:%Y-%m-%d %H:%M}"


class GoldenRank(models.Model):
    """Where a run found the first expected article: from 1, None beyond the first page.

    ``fell``: it was among the first three in the run before, and is not in this one.
    """

    run = models.ForeignKey(GoldenRun, on_delete=models.CASCADE, related_name="ranks")
    question = models.ForeignKey(GoldenQuestion, on_delete=models.CASCADE, related_name="ranks")
    rank = models.PositiveSmallIntegerField(null=True)
    fell = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "question"], name="one_rank_a_run_and_question")
        ]

    def __str__(self) -> str:
        return str(self.rank)
