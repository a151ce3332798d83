import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import Collection, Locale, Page, Site, Workflow

from home.models import HomePage
from home.signals import portal_ready
from kb.models import Topic


@pytest.fixture
def bare(db):
    """The database as `migrate` leaves it, whatever earlier tests did."""
    if not Collection.objects.exists():
        Collection.add_root(name="Root")


def state():
    return {
        "pages": list(Page.objects.order_by("path").values_list("url_path", "title", "locale")),
        "sites": list(Site.objects.values_list("hostname", "site_name", "root_page__slug")),
        "groups": sorted(Group.objects.values_list("name", flat=True)),
        "rights": sorted(
            Group.objects.values_list(
                "name", "page_permissions__page__slug", "page_permissions__permission__codename"
            ),
            key=str,
        ),
        "workflows": list(Workflow.objects.values_list("name", "workflow_pages__page__slug")),
    }


class TestSetupPortal:
    def test_makes_a_bilingual_portal(self, bare, monkeypatch):
        monkeypatch.setenv("ANNAI_SITE_NAME", "Tea help")
        call_command("setup_portal")
        english, japanese = HomePage.objects.order_by("path")
        assert (english.slug, japanese.slug) == ("en", "ja")
        assert english.translation_key == japanese.translation_key
        assert {locale.language_code for locale in Locale.objects.all()} == {"en", "ja"}
        topics = Topic.objects.order_by("path")
        assert [topic.title for topic in topics] == ["Topics", "トピック"]
        assert topics[0].translation_key == topics[1].translation_key
        site = Site.objects.get()
        assert (site.site_name, site.root_page.slug) == ("Tea help", "en")
        assert not Page.objects.filter(title__startswith="Welcome").exists()

    def test_second_run_changes_nothing(self, bare):
        call_command("setup_portal")
        before = state()
        call_command("setup_portal")
        assert state() == before

    def test_keeps_what_people_changed(self, bare):
        call_command("setup_portal")
        Site.objects.update(site_name="Renamed", hostname="help.example")
        HomePage.objects.update(introduction="Mine")
        call_command("setup_portal")
        site = Site.objects.get()
        assert (site.site_name, site.hostname) == ("Renamed", "help.example")
        assert {home.introduction for home in HomePage.objects.all()} == {"Mine"}

    def test_puts_back_what_was_deleted(self, bare):
        call_command("setup_portal")
        before = state()
        Topic.objects.get(title="トピック").delete()
        call_command("setup_portal")
        after = state()
        assert [row[0] for row in after["pages"]] == [row[0] for row in before["pages"]]

    def test_review_workflow_covers_both_home_pages(self, bare):
        call_command("setup_portal")
        workflow = Workflow.objects.get(name="Review")
        assert {row.page.slug for row in workflow.workflow_pages.all()} == {"en", "ja"}
        task = workflow.tasks.get().specific
        assert [group.name for group in task.groups.all()] == ["Reviewers"]

    def test_tells_when_the_portal_stands(self, bare):
        heard = []

        def hear(**kwargs):
            heard.append(HomePage.objects.count())

        portal_ready.connect(hear)
        try:
            call_command("setup_portal")
        finally:
            portal_ready.disconnect(hear)
        assert heard == [2]
