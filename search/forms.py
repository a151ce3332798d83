"""What may stand in the query string of a search."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kb.models import Stage
from search.query.values import MAX_QUESTION_LENGTH

# Nobody reads on that far; engines pay for depth.
MAX_PAGE = 1_000
MAX_SHOWN_LENGTH = 200  # a list of ten ids is shorter


class QuestionField(forms.CharField):
    """A question as typed: control characters become spaces, what is too long is cut."""

    def to_python(self, value: Any) -> str:
        """The text of at most MAX_QUESTION_LENGTH characters from the first visible one on.

        A space at the end stays: while typing it says that the last word is finished.
        """
        text = "" if value is None else str(value)[:MAX_QUESTION_LENGTH]
        plain = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)
        return str(super().to_python(plain)).lstrip()


class SuggestForm(forms.Form):
    """``?q=&visit=&seq=&shown=``: a question being typed; ``seq`` counts the requests of one box,
    ``shown`` are the ids of the articles in its list."""

    q = QuestionField(required=False, strip=False)
    visit = forms.RegexField(r"^[A-Za-z0-9_-]*$", required=False, max_length=64)
    seq = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    shown = forms.RegexField(r"^[0-9,]*$", required=False, max_length=MAX_SHOWN_LENGTH)


class ResultsForm(forms.Form):
    """``?q=&topic=&stage=&page=``: a question that was sent, and how to narrow it."""

    q = QuestionField(required=False, label=_("question"))
    topic = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, label=_("topic"))
    stage = forms.ChoiceField(required=False, choices=[("", ""), *Stage.choices], label=_("stage"))
    page = forms.IntegerField(required=False, min_value=1, max_value=MAX_PAGE, label=_("page"))

    def filters(self) -> dict[str, tuple[str, ...]]:
        """The facet filters of a valid form, by facet name."""
        chosen = {name: self.cleaned_data[name] for name in ("topic", "stage")}
        return {name: (str(value),) for name, value in chosen.items() if value}
