"""The failed-search report in the Wagtail admin, and what can be done to one of its questions."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise, cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import ButtonsColumnMixin, Column, NumberColumn, TitleColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import ListingButton

from search.gaps.filters import FailedSearchesFilterSet
from search.gaps.permissions import POLICY
from search.gaps.questions import erase_question, find_question, hide_question, show_question
from search.gaps.reports import (
    DEFAULT_DAYS,
    FailedQuestion,
    FailedSearches,
    Reason,
    failed_searches,
)
from search.spreadsheets import neutralise

INDEX = "search_gaps:failed_searches"


def search_url(row: FailedQuestion) -> str:
    """Where the portal answers the question (a public, stable address)."""
    return f"/{row.locale}/search/?{urlencode({'q': row.question})}"


class QuestionColumn(ButtonsColumnMixin, TitleColumn):
    """The question, linked to its search, with its other spellings and what can be done to it."""

    cell_template_name = "search_gaps/tables/question_cell.html"

    def get_buttons(
        self, instance: FailedQuestion, parent_context: dict[str, Any]
    ) -> list[ListingButton]:
        """Hide (or show again) and erase."""
        actions = [("show", _("Show again"))] if instance.hidden else [("hide", _("Hide"))]
        return [
            ListingButton(
                label,
                url=reverse(f"search_gaps:{action}_question", args=[instance.key]),
                attrs={"aria-label": f"{label}: {Truncator(instance.question).chars(60)}"},
                priority=priority,
            )
            for priority, (action, label) in enumerate([*actions, ("erase", _("Erase"))])
        ]


class FailedSearchesView(ReportView):
    """Rows of ``reports.failed_searches``, filtered by what the reader chose."""

    permission_policy = POLICY
    any_permission_required = ["view"]
    page_title = _("Failed searches")
    header_icon = "search"
    index_url_name = INDEX
    index_results_url_name = "search_gaps:failed_searches_results"
    results_template_name = "search_gaps/failed_searches_results.html"
    filterset_class = FailedSearchesFilterSet
    columns = [
        QuestionColumn("question", label=_("Question"), get_url=search_url, width="40%"),
        Column("locale", label=_("Language")),
        NumberColumn("cost", label=_("Failed")),
        NumberColumn("searches", label=_("Searches")),
        NumberColumn("visitors", label=_("Visitors")),
        NumberColumn("no_result", label=_("No result")),
        NumberColumn("no_click", label=_("No click")),
        NumberColumn("refined", label=_("Refined")),
        NumberColumn("contacted", label=_("Asked support")),
    ]
    export_filename = "failed-searches"
    export_headings = {column.name: column.label for column in columns} | {
        "spellings": _("Spellings"),
        "demo": _("Demo traffic"),
    }
    list_export = [*(column.name for column in columns), "spellings", "demo"]
    custom_value_preprocess = ReportView.custom_value_preprocess | {
        str: {ReportView.FORMAT_CSV: neutralise, ReportView.FORMAT_XLSX: neutralise}
    }

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The valid choices of the filter form; none of them when one is not valid."""
        return self.filters.form.cleaned_data if self.filters.is_valid() else {}

    @cached_property
    def shows_hidden(self) -> bool:
        """Whether the hidden questions are listed instead of the others."""
        return bool(self.chosen.get("hidden"))

    @cached_property
    def report(self) -> FailedSearches:
        """The report as chosen."""
        return failed_searches(
            int(self.chosen.get("days") or DEFAULT_DAYS),
            self.chosen.get("locale") or None,
            [Reason(value) for value in self.chosen.get("reason", ())],
            hidden=self.shows_hidden,
        )

    def get_queryset(self) -> Sequence[FailedQuestion]:
        """The rows; ordered and filtered already."""
        return self.report.rows

    def filter_queryset(self, queryset: Sequence[FailedQuestion]) -> Sequence[FailedQuestion]:
        """Nothing more to leave out."""
        return queryset

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the searches that are only counted, and whether any row is made up."""
        rare = None if self.shows_hidden else self.report.rare
        demo = any(row.demo for row in self.report.rows)
        return super().get_context_data(*args, rare=rare, demo=demo, **kwargs)


class QuestionActionView(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    """Asks whether to do something to a question, and does it on POST."""

    permission_policy = POLICY
    any_permission_required = ["view"]
    http_method_names = ["get", "post"]
    template_name = "search_gaps/confirm_question_action.html"
    header_icon = "search"
    success_url = reverse_lazy(INDEX)
    explanation: str | Promise = ""
    confirm_label: str | Promise = ""
    is_serious = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Remember the key; whether there is such a question is asked after the permission."""
        super().setup(request, *args, **kwargs)
        self.key = kwargs["key"]

    @cached_property
    def question(self) -> FailedQuestion:
        """The question concerned. Raises Http404 when the report has no such row."""
        question = find_question(self.key)
        if question is None:
            raise Http404
        return question

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the report, this."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse(INDEX), "label": FailedSearchesView.page_title},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question to confirm."""
        return self.render_to_response(self.get_context_data(question=self.question))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it, say so, and go back to the report."""
        self.act()
        return redirect(self.success_url)

    def act(self) -> None:
        """What is done."""
        raise NotImplementedError


class HideQuestionView(QuestionActionView):
    """Leave a question out of the report."""

    page_title = _("Hide question")
    explanation = _(
        "The question stays in the figures and can be shown again. It no longer takes a row in "
        "the report."
    )
    confirm_label = _("Yes, hide it")

    def act(self) -> None:
        """Hide."""
        hide_question(self.question, user_id=self.request.user.pk)
        messages.success(self.request, gettext("The question is hidden."))


class ShowQuestionView(QuestionActionView):
    """Take a hidden question up again."""

    page_title = _("Show question again")
    explanation = _("The question takes its row in the report again.")
    confirm_label = _("Yes, show it again")

    def act(self) -> None:
        """Show again."""
        show_question(self.question)
        messages.success(self.request, gettext("The question is shown again."))


class EraseQuestionView(QuestionActionView):
    """Delete a question and all that came of it."""

    page_title = _("Erase question")
    explanation = _(
        "Every search for it, in all its spellings, is deleted from the log and from the figures "
        "of the past. This cannot be undone."
    )
    confirm_label = _("Yes, erase it")
    is_serious = True

    def act(self) -> None:
        """Erase; say so too when Elasticsearch has yet to follow."""
        erased = erase_question(self.question, user_id=self.request.user.pk)
        messages.success(self.request, gettext("The question is erased."))
        if erased.waiting:
            messages.warning(
                self.request,
                gettext("Elasticsearch cannot be reached now; it follows once it is back."),
            )
