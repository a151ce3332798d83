"""Shapes that page tests share."""

from django.contrib.auth.models import Group
from wagtail.models import Page, PageViewRestriction


def restrict(page: Page, kind: str, *groups: Group) -> PageViewRestriction:
    """Give a page, and with it its subtree, a privacy setting."""
    restriction = PageViewRestriction(page=page, restriction_type=kind, password="open")
    restriction.save()
    restriction.groups.set(groups)
    return restriction


def heading(text: str, level: str = "h2", anchor: str = "") -> tuple[str, dict[str, str]]:
    return ("heading", {"text": text, "level": level, "anchor": anchor})
