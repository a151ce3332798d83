"""Tags of the question box and the results page."""

from django import template
from django.http import QueryDict
from django.template.context import RequestContext
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kb.visibility import Visibility
from search.query.values import FacetValue

register = template.Library()


@register.simple_tag
def question_box_messages() -> dict[str, str]:
    """What the question box's script says; ``{count}`` and ``{text}`` are filled in
    by the script."""
    return {
        "one": ngettext("{count} suggestion", "{count} suggestions", 1),
        "other": ngettext("{count} suggestion", "{count} suggestions", 2),
        # Without their number: a question that is sent is not read as a beginning any more.
        "all": _("See all results"),
        "didYouMean": _("Did you mean “{text}”?"),
        "answer": _("Answer"),
        "completion": _("Often asked"),
        "noAnswer": _("No answer for this yet"),
        "contact": _("Ask us directly"),
        "loading": _("Searching…"),
        "failed": _("Search cannot be reached right now. Press Enter to try."),
    }


@register.simple_tag(takes_context=True)
def with_query(context: RequestContext, **changes: str | int | None) -> str:
    """The page's query string with ``changes``; an empty value takes the parameter out.

    Any change leads back to the first page, unless it is the page that changes.
    """
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def toggle_facet(context: RequestContext, facet: str, choice: FacetValue) -> str:
    """The query string that sets a facet value, or takes it away where it is set."""
    return with_query(context, **{facet: None if choice.selected else choice.value})


@register.filter
def facet_label(facet: str) -> str:
    """The heading above a facet's choices."""
    labels = {"topic": _("Topic"), "stage": _("When"), "product": _("Product")}
    return labels.get(facet, facet)


@register.filter
def visibility_label(visibility: str) -> str:
    """Who may read it, in words."""
    return str(Visibility(visibility).label)
