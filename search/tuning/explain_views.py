"""The report "Why these results": a question, what it finds, and why in that order."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminPageChooser

from kb.models import Article
from kb.visibility import viewer_of
from search.engines.base import EngineUnavailable
from search.forms import QuestionField
from search.indexing.eligibility import eligible_articles
from search.query.explain import Explained, Explanation, explain
from search.query.understand import MAX_TERMS
from search.query.values import SearchRequest
from search.query.words_met import WordsMet
from search.tuning.explain_words import ABSENCES, VERDICTS, held, row, synonyms
from search.tuning.permissions import ARTICLE_ACTIONS, ARTICLE_POLICY

EXPLAIN = "search_tuning:explain"


class OpenArticleChooser(AdminPageChooser):
    """Names the chosen article where the user may know it: anybody can ask for any number."""

    def __init__(self, articles: QuerySet[Article]) -> None:
        super().__init__(target_models=[Article])
        self.articles = articles

    def get_instance(self, value: Any) -> Article | None:
        """One of ``articles``; None for any other number, and for what is no number."""
        if isinstance(value, Article):
            value = value.pk
        return self.articles.filter(id=value).first() if str(value).isdecimal() else None


class ExplainForm(forms.Form):
    """``?q=&locale=&article=``: a question, its language, and an article to look for."""

    q = QuestionField(label=_("Question"), help_text=_("As a reader would type it."))
    locale = forms.ChoiceField(label=_("Language"), choices=lambda: settings.LANGUAGES)

    def __init__(self, data: QueryDict | None, user: AbstractUser | AnonymousUser) -> None:
        super().__init__(data)
        articles = open_articles(user)
        self.fields["article"] = forms.ModelChoiceField(
            articles,
            label=_("Article"),
            required=False,
            # Not the key of Article, which takes no number too large for the database.
            to_field_name="id",
            help_text=_("Where does this one stand, or why is it not found?"),
            widget=OpenArticleChooser(articles),
        )


def open_articles(user: AbstractUser | AnonymousUser) -> QuerySet[Article]:
    """What the user may edit, published or not, and what search may show to them."""
    own = ARTICLE_POLICY.instances_user_has_any_permission_for(user, ARTICLE_ACTIONS)
    shown = eligible_articles().filter(effective__in=viewer_of(user).visibilities)
    return Article.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=shown.values("pk")))


class ExplainSearchView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What a question finds for the one who asks here, and why."""

    permission_policy = ARTICLE_POLICY
    any_permission_required = ARTICLE_ACTIONS
    page_title = _("Why these results")
    header_icon = "info-circle"
    template_name = "search_tuning/explain.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, this."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def form(self) -> ExplainForm:
        """The form as sent; as new where nothing is asked yet."""
        data = self.request.GET if "q" in self.request.GET else None
        return ExplainForm(data, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the form and, for a valid question, what is to say of it."""
        context = super().get_context_data(form=self.form, **kwargs)
        if self.form.is_bound and self.form.is_valid():
            try:
                context |= in_words(self._explanation())
            except EngineUnavailable:
                context["unavailable"] = True
        return context

    def _explanation(self) -> Explanation:
        asked = self.form.cleaned_data
        request = SearchRequest(asked["q"], asked["locale"], viewer_of(self.request.user))
        return explain(request, asked["article"].pk if asked["article"] else None)


def in_words(explanation: Explanation) -> dict[str, Any]:
    """An explanation as the template takes it."""
    context: dict[str, Any] = {
        "explanation": explanation,
        "most_words": MAX_TERMS,
        "verdict": VERDICTS[explanation.verdict],
        "rows": [row(explained) for explained in explanation.results],
    }
    chosen = explanation.chosen
    if isinstance(chosen, Explained):
        context["chosen"] = row(chosen)
    elif chosen is not None:
        words = chosen.words or WordsMet()
        context |= {
            "absent": chosen,
            "absence": ABSENCES[chosen.reason],
            "held": held(words),
            "synonyms": synonyms(words),
            "missing": words.missing,
        }
    return context
