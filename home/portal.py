"""Putting a portal in place: languages, home pages, root topics, site, roles, review workflow.

Every function finds what is there before it makes anything, so a second run changes nothing.
"""

from collections.abc import Iterable
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import (
    GroupApprovalTask,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from accounts.roles import REVIEWERS, establish_roles
from home.models import HomePage
from kb.models import Topic

# First contents, for editors to change: not part of the interface and its catalogue.
INTRODUCTIONS = {
    "en": "Type a few words. Answers appear as you type.",
    "ja": "言葉をいくつか入力すると、答えがその場で表示されます。",
}
TOPICS_TITLES = {"en": "Topics", "ja": "トピック"}
TOPICS_SLUG = "topics"
# Wagtail's first migration makes this page; its slug tells it from one written by hand.
WELCOME = {"slug": "home", "title": "Welcome to your new Wagtail site!", "depth": 2}


@transaction.atomic
def establish_portal(name: str) -> dict[str, HomePage]:
    """The whole portal, named ``name``; returns the home page of every language."""
    root = _root_page()
    homes = _home_pages(root, name)
    _root_topics(homes)
    _site(homes[settings.LANGUAGE_CODE], name)
    _remove_welcome_page()
    establish_roles(homes.values())
    _review_workflow(homes.values())
    return homes


def _root_page() -> Page:
    locale, _created = Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    root = Page.objects.filter(depth=1).first()
    return root or Page.add_root(instance=Page(title="Root", slug="root", locale=locale))


def _home_pages(root: Page, name: str) -> dict[str, HomePage]:
    key = next(iter(HomePage.objects.values_list("translation_key", flat=True)), uuid4())
    homes = {}
    for code, _language in settings.LANGUAGES:
        locale, _created = Locale.objects.get_or_create(language_code=code)
        home = HomePage.objects.filter(locale=locale).first()
        if home is None:
            # A fresh copy of the root: treebeard keeps the number of children on the instance.
            home = Page.objects.get(pk=root.pk).add_child(
                instance=HomePage(
                    title=name,
                    slug=code,
                    locale=locale,
                    translation_key=key,
                    introduction=INTRODUCTIONS[code],
                )
            )
        homes[code] = home
    return homes


def _root_topics(homes: dict[str, HomePage]) -> None:
    shelves = Topic.objects.filter(slug=TOPICS_SLUG)
    key = next(iter(shelves.values_list("translation_key", flat=True)), uuid4())
    for code, home in homes.items():
        if not shelves.child_of(home).exists():
            home.add_child(
                instance=Topic(
                    title=TOPICS_TITLES[code],
                    slug=TOPICS_SLUG,
                    locale=home.locale,
                    translation_key=key,
                )
            )


def _site(home: HomePage, name: str) -> None:
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        site = Site(hostname="localhost", is_default_site=True)
    elif site.root_page.specific_class is HomePage and site.site_name:
        return  # set up before; whatever somebody changed since stays
    site.root_page = home
    site.site_name = site.site_name or name
    site.save()


def _remove_welcome_page() -> None:
    welcome = Page.objects.filter(**WELCOME, numchild=0, latest_revision=None).first()
    if welcome is not None and not welcome.sites_rooted_here.exists():
        welcome.delete()


def _review_workflow(homes: Iterable[HomePage]) -> None:
    """Editors submit, one of the Reviewers approves and thereby publishes."""
    reviewers = Group.objects.get(name=REVIEWERS.name)
    task = GroupApprovalTask.objects.filter(groups=reviewers).first()
    if task is None:
        task = GroupApprovalTask.objects.create(name="Review")
        task.groups.add(reviewers)
    membership = WorkflowTask.objects.filter(task=task).select_related("workflow").first()
    if membership is None:
        workflow = Workflow.objects.create(name="Review")
        membership = WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    for home in homes:
        WorkflowPage.objects.get_or_create(
            page_id=home.pk, defaults={"workflow": membership.workflow}
        )
