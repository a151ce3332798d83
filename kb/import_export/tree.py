"""New pages below existing ones, many at a time.

``Page.add_child`` asks and announces so much that thousands of pages take minutes. Here a batch
of one parent or several costs a few queries: base rows by ``bulk_create``, the rest of each page
as fixtures are loaded (``save_base(raw=True)``), which the listeners of search and reference
index pass over. Whoever calls announces what was created.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from wagtail.models import Locale, Page


@transaction.atomic
def add_children(children: Sequence[tuple[int, Page]]) -> None:
    """Add unsaved pages as last children of the parents with the given ids.

    Each needs title, slug and locale; a slug that is taken among its siblings gets a number.
    Sets ``pk``, tree position and address on the pages.
    """
    by_parent: dict[int, list[Page]] = defaultdict(list)
    for parent_id, page in children:
        by_parent[parent_id].append(page)
    parents = Page.objects.select_for_update().in_bulk(by_parent)
    for parent_id, pages in by_parent.items():
        _place(parents[parent_id], pages)
        Page.objects.filter(pk=parent_id).update(numchild=F("numchild") + len(pages))
    _insert([page for _parent, page in children])


def _place(parent: Page, pages: list[Page]) -> None:
    siblings = parent.get_children().values_list("path", "slug")
    last = max((path for path, _slug in siblings), default="")
    step = Page._str2int(last[-Page.steplen :]) if last else 0
    taken = {slug for _path, slug in siblings}
    for number, page in enumerate(pages, start=step + 1):
        page.depth = parent.depth + 1
        page.path = Page._get_path(parent.path, page.depth, number)
        page.numchild = 0
        page.slug = free_slug(page.slug, taken)
        taken.add(page.slug)
        page.draft_title = page.title
        page.url_path = f"{parent.url_path}{page.slug}/"


def free_slug(slug: str, taken: Iterable[str]) -> str:
    """``slug``, or with the first number behind it that is free."""
    candidate, number = slug, 1
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def _insert(pages: list[Page]) -> None:
    fields = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    rows = [Page(**{name: getattr(page, name) for name in fields}) for page in pages]
    for page, row in zip(pages, Page.objects.bulk_create(rows), strict=True):
        page.pk = page.id = row.pk
        page.save_base(raw=True, force_insert=True)


class TranslationKeys:
    """Keys that make pages of the same source translations of each other."""

    def __init__(self, model: type[Page], locale: Locale) -> None:
        keyed = model.objects.exclude(source_key="")
        self.elsewhere = dict(
            keyed.exclude(locale=locale).values_list("source_key", "translation_key")
        )
        self.here = set(keyed.filter(locale=locale).values_list("translation_key", flat=True))

    def key_for(self, source_key: str) -> UUID:
        """The key of the page's translation, if there is one without a page in this locale."""
        key = self.elsewhere.get(source_key)
        if key is None or key in self.here:
            key = uuid4()
        self.here.add(key)
        return key
