"""The roles that come with an installation: Django groups and what each may do.

``docs/roles.md`` shows the same as a table. Roles are put in place by ``setup_portal``; a
permission given to a group by hand is left alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page


@dataclass(frozen=True, slots=True)
class Role:
    """A group's name and permissions.

    ``pages``: codenames on the home pages and all below; ``collection``: codenames on images and
    documents; ``anywhere``: ``app.codename`` permissions.
    """

    name: str
    pages: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()


COLLEAGUE = ("wagtailadmin.access_admin", "kb.read_staff_articles")
UPLOAD = ("add_image", "change_image", "choose_image", "add_document", "change_document")
TRANSLATE = "wagtail_localize.submit_translation"

EDITORS = Role(
    "Editors",
    pages=("add_page", "change_page"),
    collection=UPLOAD,
    anywhere=(*COLLEAGUE, TRANSLATE),
)
REVIEWERS = Role(
    "Reviewers",
    pages=("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
    collection=UPLOAD,
    anywhere=(*COLLEAGUE, TRANSLATE),
)
SUPPORT_LEADS = Role(
    "Support leads",
    pages=("add_page", "change_page"),
    collection=UPLOAD,
    anywhere=(*COLLEAGUE, "search_gaps.view_failedsearches", "search_tuning.tune_search"),
)
AGENTS = Role("Agents", anywhere=COLLEAGUE)

ROLES = (EDITORS, REVIEWERS, SUPPORT_LEADS, AGENTS)


def establish_roles(home_pages: Iterable[Page]) -> None:
    """Create every role's group with its permissions on ``home_pages``; twice is once."""
    homes = list(home_pages)
    for role in ROLES:
        group, _created = Group.objects.get_or_create(name=role.name)
        group.permissions.add(*_permissions(role.anywhere))
        _grant_pages(group, role, homes)
        _grant_collection(group, role)


def _permissions(names: Iterable[str]) -> list[Permission]:
    """The permissions that exist; a feature that is not installed has none to give."""
    found = (
        Permission.objects.filter(content_type__app_label=label, codename=codename).first()
        for label, codename in (name.split(".") for name in names)
    )
    return [permission for permission in found if permission is not None]


def _grant_pages(group: Group, role: Role, homes: list[Page]) -> None:
    # Wagtail's first migration gives a group "Editors" rights on the root: ours begin at home.
    GroupPagePermission.objects.filter(group=group, page__depth=1).delete()
    for permission in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=role.pages
    ):
        for home in homes:
            GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)


def _grant_collection(group: Group, role: Role) -> None:
    root = Collection.get_first_root_node()
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__in=role.collection
    ):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root, permission=permission
        )
