"""Wagtail's own indexes, told of pages that were written in bulk."""

from collections.abc import Sequence

from wagtail.models import Page, ReferenceIndex
from wagtail.search.backends import get_search_backends


def index_pages(model: type[Page], pages: Sequence[Page]) -> None:
    """Make ``pages`` (all of ``model``) known to the admin's search and "used in" lists.

    Must run inside the transaction that wrote them.
    """
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(model, list(pages))
    for page in pages:
        ReferenceIndex.create_or_update_for_object(page)
