"""The filters of the failed-search report."""

import django_filters
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from search.gaps.reports import Reason
from search.log.models import DailyQuestion

REASONS = (
    (Reason.NO_RESULT, _("No result")),
    (Reason.NO_CLICK, _("No click")),
    (Reason.REFINED, _("Refined")),
    (Reason.CONTACTED, _("Asked support")),
)


class FailedSearchesFilterSet(WagtailFilterSet):
    """Reads the choices; ``reports.failed_searches`` applies them."""

    reason = django_filters.MultipleChoiceFilter(
        label=_("Reason"), choices=REASONS, widget=forms.CheckboxSelectMultiple
    )
    locale = django_filters.ChoiceFilter(
        label=_("Language"),
        choices=settings.LANGUAGES,
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )
    days = django_filters.ChoiceFilter(
        label=_("Period"),
        choices=(("7", _("Last 7 days")), ("90", _("Last 90 days"))),
        empty_label=_("Last 30 days"),
        widget=forms.RadioSelect,
    )
    hidden = django_filters.ChoiceFilter(
        label=_("Show"),
        choices=(("yes", _("Hidden questions")),),
        empty_label=_("Questions"),
        widget=forms.RadioSelect,
    )

    class Meta:
        model = DailyQuestion
        fields: list[str] = []
