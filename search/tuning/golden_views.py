"""The list of golden questions with their latest rank, and the report of the runs."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.views import generic
from wagtail.admin.views.reports import ReportView

from search.tuning.models import GoldenQuestion, GoldenRank, GoldenRun

RUNS = "search_tuning:golden_runs"


class RankColumn(Column):
    """The rank in the latest run: a number, "not found", or nothing before the first run."""

    def get_value(self, instance: GoldenQuestion) -> int | str | Promise:
        """As a text."""
        if instance.latest_run is None:
            return ""
        return instance.latest_rank or _("Not on the first page")


class GoldenIndexView(generic.IndexView):
    """The list; each question with its rank in the latest run."""

    def get_base_queryset(self) -> QuerySet[GoldenQuestion]:
        """Adds ``latest_run`` (None before the first) and ``latest_rank`` (None: not found)."""
        latest = GoldenRank.objects.filter(question=OuterRef("pk")).order_by("-run__run_at")
        return (
            super()
            .get_base_queryset()
            .annotate(
                latest_run=Subquery(latest.values("run")[:1]),
                latest_rank=Subquery(latest.values("rank")[:1]),
            )
        )


class PercentColumn(NumberColumn):
    """A share from 0 to 1 as a percentage."""

    def get_value(self, instance: GoldenRun) -> str:
        """Without decimals."""
        return f"{super().get_value(instance):.0%}"


class MeanColumn(NumberColumn):
    """A mean from 0 to 1 with two decimals."""

    def get_value(self, instance: GoldenRun) -> str:
        """As a text."""
        return f"{super().get_value(instance):.2f}"


class EngineColumn(Column):
    """The engine that answered, and whether it stood by for the cluster."""

    def get_value(self, instance: GoldenRun) -> str:
        """As a text."""
        return f"{instance.engine} ({gettext('standby')})" if instance.degraded else instance.engine


class FallenColumn(Column):
    """The questions that fell in a run, each linked to its form."""

    cell_template_name = "search_tuning/tables/fallen_cell.html"


class GoldenRunsView(ReportView):
    """The runs of the golden questions, newest first."""

    model = GoldenRun
    any_permission_required = ["view"]
    page_title = _("Golden questions")
    header_icon = "tasks"
    index_url_name = RUNS
    index_results_url_name = "search_tuning:golden_runs_results"
    results_template_name = "search_tuning/golden_runs_results.html"
    paginate_by = 30
    columns = [
        Column("run_at", label=_("Time")),
        Column("get_locale_display", label=_("Language")),
        NumberColumn("questions", label=_("Questions")),
        PercentColumn("hit_at_3", label=_("In the first three")),
        MeanColumn("mrr", label=_("Mean reciprocal rank")),
        EngineColumn("engine", label=_("Engine")),
        FallenColumn("fallen", label=_("Fell out of the first three")),
    ]
    export_filename = "golden-questions"
    list_export = ["run_at", "locale", "questions", "hit_at_3", "mrr", "engine", "degraded"]

    def get_queryset(self) -> QuerySet[GoldenRun]:
        """Each run with the ranks that fell. Two queries."""
        fell = GoldenRank.objects.filter(fell=True).select_related("question")
        return GoldenRun.objects.prefetch_related(
            Prefetch("ranks", queryset=fell.order_by("question__question"), to_attr="fallen")
        )

    def filter_queryset(self, queryset: QuerySet[GoldenRun]) -> QuerySet[GoldenRun]:
        """Nothing more to leave out."""
        return queryset

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds whether there is any golden question: without one there are no runs."""
        return super().get_context_data(
            *args, has_questions=GoldenQuestion.objects.exists(), **kwargs
        )
