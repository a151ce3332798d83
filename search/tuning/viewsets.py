"""The lists and forms of tuning in the Wagtail admin."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    ObjectList,
    PageChooserPanel,
)
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from search.tuning.checked_views import (
    CheckedCopyView,
    CheckedCreateView,
    CheckedDeleteView,
    CheckedEditView,
)
from search.tuning.forms import GoldenQuestionForm
from search.tuning.golden_views import GoldenIndexView, RankColumn
from search.tuning.models import GoldenQuestion, Promotion, Synonym
from search.tuning.synonym_views import (
    SynonymCopyView,
    SynonymCreateView,
    SynonymEditView,
    SynonymImportView,
    SynonymIndexView,
)


class SynonymViewSet(ModelViewSet):
    """Synonyms: list, form with preview, import and export."""

    model = Synonym
    name = "synonyms"
    url_prefix = "tuning/synonyms"
    icon = "resubmit"
    form_fields = ["locale", "kind", "words", "note"]
    list_display = ["words", "locale", "kind", "note"]
    list_filter = ["locale", "kind"]
    search_fields = ["words", "note"]
    search_backend_name = None
    export_filename = "synonyms"
    index_view_class = SynonymIndexView
    add_view_class = SynonymCreateView
    copy_view_class = SynonymCopyView
    edit_view_class = SynonymEditView
    delete_view_class = CheckedDeleteView
    list_export = SynonymIndexView.list_export
    export_headings = SynonymIndexView.export_headings

    @property
    def import_view(self) -> Callable[..., HttpResponse]:
        """The import of a list."""
        view: Callable[..., HttpResponse] = self.construct_view(SynonymImportView)
        return view

    def get_urlpatterns(self) -> list[URLPattern]:
        """Adds the import."""
        return [*super().get_urlpatterns(), path("import/", self.import_view, name="import")]


class PromotionViewSet(ModelViewSet):
    """Promoted answers."""

    model = Promotion
    name = "promoted_answers"
    url_prefix = "tuning/promoted-answers"
    icon = "thumbtack"
    panels = [
        FieldPanel("locale"),
        FieldPanel("questions"),
        PageChooserPanel("article", "kb.Article"),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
        FieldPanel("position"),
    ]
    list_display = ["__str__", "locale", "article", "starts_on", "ends_on", "position"]
    list_filter = ["locale"]
    search_fields = ["questions", "article__title"]
    search_backend_name = None
    add_view_class = CheckedCreateView
    copy_view_class = CheckedCopyView
    edit_view_class = CheckedEditView
    delete_view_class = CheckedDeleteView


class GoldenQuestionViewSet(ModelViewSet):
    """Golden questions."""

    model = GoldenQuestion
    name = "golden_questions"
    url_prefix = "tuning/golden-questions"
    icon = "tasks"
    edit_handler = ObjectList(
        [
            FieldPanel("locale"),
            FieldPanel("question"),
            InlinePanel(
                "answers",
                panels=[PageChooserPanel("article", "kb.Article")],
                heading=_("Expected articles"),
                label=_("Article"),
                help_text=_("One of them has to be among the first three results."),
                min_num=1,
            ),
            FieldPanel("origin"),
            FieldPanel("note"),
        ],
        base_form_class=GoldenQuestionForm,
    )
    list_display = [
        "question",
        "locale",
        RankColumn("latest_rank", label=_("Latest rank")),
        "origin",
        "note",
    ]
    list_filter = ["locale", "origin"]
    search_fields = ["question", "note"]
    search_backend_name = None
    index_view_class = GoldenIndexView


class TuningViewSetGroup(ViewSetGroup):
    """The menu entry that holds them."""

    menu_label = _("Search tuning")
    menu_icon = "sliders"
    menu_order = 250
    items = (SynonymViewSet(), PromotionViewSet(), GoldenQuestionViewSet())
