"""Views that change a rule: the golden questions are asked first.

Where one would fall out of the first three results, or search does not answer, nothing changes
until the support lead has said "anyway".
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from search.engines.base import EngineUnavailable
from search.tuning.changes import Change, changes_by_deleting, changes_by_saving
from search.tuning.golden import Fallen, falling

NOT_CHECKED = _("Search does not answer now, so the effect of this change cannot be checked.")


class CheckedMixin(WagtailAdminTemplateMixin):
    """Holds on where a change would do harm or cannot be checked, and says so."""

    form: forms.BaseForm
    fallen: Sequence[Fallen] = ()
    asks_again = False

    def changes(self) -> list[Change]:
        """What the valid form would do to the rules."""
        raise NotImplementedError

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        """Make the change, or show the page once more, as it was sent."""
        self.form = form
        if "anyway" in self.request.POST or self.may_go_on():
            response: HttpResponse = super().form_valid(form)
            return response
        return self.render_to_response(self.get_context_data())

    def may_go_on(self) -> bool:
        """Whether nothing speaks against the change; what does is kept for the page."""
        try:
            self.fallen = falling(self.changes())
        except EngineUnavailable:
            self.say_that_search_is_out()
            return False
        self.asks_again = bool(self.fallen)
        return not self.fallen

    def say_that_search_is_out(self) -> None:
        """An error above the page, and the button to go on without an answer."""
        messages.error(self.request, NOT_CHECKED)
        self.asks_again = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds what the check found."""
        return super().get_context_data(fallen=self.fallen, asks_again=self.asks_again, **kwargs)


class CheckedFormMixin(CheckedMixin):
    """A form whose instance is the rule as it would be."""

    form: "forms.ModelForm[Any]"
    template_name = "search_tuning/checked_form.html"

    def changes(self) -> list[Change]:
        """Saving the instance."""
        return changes_by_saving([self.form.instance])


class CheckedCreateView(CheckedFormMixin, generic.CreateView):
    """A new rule."""


class CheckedCopyView(CheckedFormMixin, generic.CopyView):
    """A form filled from another rule. It posts to the view above, but would save as well."""


class CheckedEditView(CheckedFormMixin, generic.EditView):
    """A rule there is."""


class CheckedDeleteView(CheckedMixin, generic.DeleteView):
    """A rule that is to go: what it found or held among the first may fall."""

    template_name = "search_tuning/checked_delete.html"

    def changes(self) -> list[Change]:
        """Deleting the object."""
        return changes_by_deleting(self.object)
