"""The form of a golden question."""

from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm


class GoldenQuestionForm(WagtailAdminModelForm):
    """Compares the expected articles with the question, which a row of theirs cannot see."""

    def is_valid(self) -> bool:
        """Refuses articles in another language: they are never among the results."""
        valid: bool = super().is_valid()
        for answer in self.formsets["answers"].forms if valid else ():
            article = answer.cleaned_data.get("article")
            if article and article.locale.language_code != self.cleaned_data["locale"]:
                answer.add_error("article", _("The article is in another language."))
                valid = False
        return valid
