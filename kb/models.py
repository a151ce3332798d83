"""Topics and articles."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from kb.blocks import ArticleBody
from kb.visibility import Visibility, viewer_of


class Stage(models.TextChoices):
    """When in a purchase a question comes up."""

    BEFORE = "before", _("Before purchase")
    DURING = "during", _("During purchase")
    AFTER = "after", _("After purchase")


class Topic(Page):
    """A subject; topics nest to any depth and hold articles. The root topic lists them all."""

    summary = models.CharField(_("summary"), max_length=300, blank=True)
    icon = models.CharField(_("icon"), max_length=8, blank=True, help_text=_("One emoji."))
    source_key = models.CharField(max_length=500, blank=True, db_index=True, editable=False)

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("icon")]
    parent_page_types = ["home.HomePage", "kb.Topic"]
    subpage_types = ["kb.Topic", "kb.Article"]
    template = "kb/topic.html"

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class ArticleTag(TaggedItemBase):
    """Ties a tag to an article."""

    content_object = ParentalKey(
        "kb.Article", related_name="tagged_items", on_delete=models.CASCADE
    )


class Article(Page):
    """One question and its answer."""

    also_asked_as = models.TextField(
        _("also asked as"),
        blank=True,
        help_text=_("Other ways people put this question, one a line. Search finds them."),
    )
    short_answer = models.CharField(
        _("short answer"),
        max_length=300,
        blank=True,
        help_text=_("The answer in one or two sentences; shown while people type."),
    )
    body = StreamField(ArticleBody(), blank=True, verbose_name=_("body"))
    tags = ClusterTaggableManager(through=ArticleTag, blank=True, verbose_name=_("tags"))
    product = models.CharField(_("product"), max_length=120, blank=True)
    audience = models.CharField(
        _("audience"), max_length=120, blank=True, help_text=_("For whom it was written.")
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, blank=True)
    visibility = models.CharField(
        _("visibility"),
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.PUBLIC,
        help_text=_("Who may read it. Privacy settings of the page or a topic narrow it further."),
    )
    verified_on = models.DateField(_("last verified"), null=True, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        help_text=_("Who keeps this answer true."),
    )
    editor_note = models.TextField(
        _("note for editors"), blank=True, help_text=_("Never shown to readers.")
    )
    source_url = models.URLField(_("source address"), blank=True, max_length=500)
    source_key = models.CharField(max_length=500, blank=True, db_index=True, editable=False)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    content_panels = [
        *Page.content_panels,
        FieldPanel("also_asked_as"),
        FieldPanel("short_answer"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("tags"),
                FieldRowPanel([FieldPanel("product"), FieldPanel("audience")]),
                FieldPanel("stage"),
            ],
            heading=_("Facets"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("visibility"),
                FieldRowPanel([FieldPanel("verified_on"), FieldPanel("responsible")]),
                FieldPanel("source_url"),
                FieldPanel("editor_note"),
            ],
            heading=_("Care"),
        ),
    ]
    parent_page_types = ["kb.Topic"]
    subpage_types: list[str] = []
    template = "kb/article.html"

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        permissions = [("read_staff_articles", _("Can read staff-only articles"))]

    @property
    def question_phrases(self) -> tuple[str, ...]:
        """The lines of "also asked as", without blanks."""
        lines = (line.strip() for line in self.also_asked_as.splitlines())
        return tuple(line for line in lines if line)

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page, for whoever may read it: anonymous readers are asked to sign in.

        Raises Http404 for an expired article, PermissionDenied for signed-in readers of a
        staff-only article. Wagtail has checked the page's privacy settings before.
        """
        if self.expire_at is not None and self.expire_at <= timezone.now():
            raise Http404  # the scheduler takes it offline within the minute
        viewer = viewer_of(request.user)
        if not viewer.may_read(self.visibility):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("login"))
            raise PermissionDenied
        response = super().serve(request, *args, **kwargs)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response
