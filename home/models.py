"""The home page: the question box, topics and the way to people."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class HomePage(Page):
    """One per locale, directly below the root; its slug is the locale's code."""

    introduction = models.CharField(
        _("introduction"),
        max_length=200,
        blank=True,
        help_text=_("One sentence below the question box."),
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["kb.Topic"]
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("home page")
