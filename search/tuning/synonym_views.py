"""The synonym form with its preview, and the import of a list."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from search.engines.base import EngineUnavailable
from search.spreadsheets import neutralise
from search.tuning.checked_views import (
    NOT_CHECKED,
    CheckedCopyView,
    CheckedCreateView,
    CheckedEditView,
    CheckedFormMixin,
)
from search.tuning.importing import (
    COLUMNS,
    ImportPlan,
    fallen_by_import,
    plan_import,
    save_import,
)
from search.tuning.models import Synonym
from search.tuning.preview import Comparison, compare_rules
from search.tuning.rules import load_rules, rules_with

INDEX = "synonyms:index"
IMPORT = "synonyms:import"
SHOWN_PROBLEMS = 20


class SynonymIndexView(generic.IndexView):
    """The list, with the way to the import; its export is what the import reads."""

    list_export = list(COLUMNS)
    export_headings = {name: name for name in COLUMNS}
    custom_value_preprocess = generic.IndexView.custom_value_preprocess | {
        str: {
            generic.IndexView.FORMAT_CSV: neutralise,
            generic.IndexView.FORMAT_XLSX: neutralise,
        }
    }

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Adds the import."""
        return [
            *super().header_buttons,
            HeaderButton(_("Import a list"), url=reverse_lazy(IMPORT), icon_name="upload"),
        ]


class SynonymFormMixin(CheckedFormMixin):
    """Shows what a synonym would change, too, when asked to."""

    template_name = "search_tuning/synonym_form.html"
    comparisons: list[Comparison] | None = None

    def may_go_on(self) -> bool:
        """Not where a preview is asked for."""
        if "preview" not in self.request.POST:
            return super().may_go_on()
        try:
            self.comparisons = self._compare(self.form.instance)
        except EngineUnavailable:
            self.say_that_search_is_out()
        return False

    def _compare(self, synonym: Synonym) -> list[Comparison]:
        locale = synonym.locale
        before, after = load_rules(locale), rules_with(locale, [synonym])
        return compare_rules(locale, before, after, synonym.rule.left)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what a preview found."""
        return super().get_context_data(comparisons=self.comparisons, **kwargs)


class SynonymCreateView(SynonymFormMixin, CheckedCreateView):
    """A new synonym."""


class SynonymCopyView(SynonymFormMixin, CheckedCopyView):
    """A new synonym, its form filled from another."""


class SynonymEditView(SynonymFormMixin, CheckedEditView):
    """A synonym there is."""


class ImportForm(forms.Form):
    """A file of synonym rules."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Columns locale, kind (two_way or one_way), words and note, as exported."),
    )
    anyway = forms.BooleanField(
        label=_("Import even if golden questions fall out of the first three results"),
        required=False,
    )


class SynonymImportView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """Reads a list of rules; all of them are saved, or none where one is wrong."""

    model = Synonym
    permission_required = "add"
    page_title = _("Import synonyms")
    header_icon = "upload"
    template_name = "search_tuning/import.html"
    form_class = ImportForm
    success_url = reverse_lazy(INDEX)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the list, this."""
        return [
            *self.breadcrumbs_items,
            {"url": self.success_url, "label": capfirst(Synonym._meta.verbose_name_plural)},
            {"url": "", "label": self.get_page_title()},
        ]

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Save and say how many, or show what is wrong, or what would fall."""
        plan = plan_import(form.cleaned_data["file"].read())
        if plan.problems:
            return self._form_again(
                form,
                problems=plan.problems[:SHOWN_PROBLEMS],
                further=max(len(plan.problems) - SHOWN_PROBLEMS, 0),
            )
        if not form.cleaned_data["anyway"]:
            try:
                fallen = fallen_by_import(plan)
            except EngineUnavailable:
                messages.error(self.request, NOT_CHECKED)
                return self._form_again(form)
            if fallen:
                return self._form_again(form, fallen=fallen)
        save_import(plan)
        messages.success(self.request, self._success_message(plan))
        return super().form_valid(form)

    def _form_again(self, form: ImportForm, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **context))

    def _success_message(self, plan: ImportPlan) -> str:
        count = len(plan.synonyms)
        imported = ngettext(
            "%(count)d synonym was imported.", "%(count)d synonyms were imported.", count
        )
        known = ngettext(
            "%(known)d was there already.", "%(known)d were there already.", plan.known
        )
        return f"{imported % {'count': count}} {known % {'known': plan.known}}"
