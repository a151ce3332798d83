import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page, ReferenceIndex, Revision

from kb.import_export import importer, store
from kb.import_export.importer import import_articles
from kb.import_export.report import ImportFailure, Skipped
from kb.models import Article, Topic
from kb.signals import articles_changed, articles_imported
from tests.factories import UserFactory
from tests.kb.import_export.files import article, picture, write_files

TABLE = """
    * [Welcome](welcome.md)
    * Orders {#orders}
      * [Track](orders/track.md)
      * [Cancel](orders/cancel.md)
"""
TABLE_JA = TABLE.replace("Orders", "ご注文")
FILES = {
    "help_en/TOC.md": TABLE,
    "help_en/welcome.md": article("Welcome", "See [tracking](orders/track.md)."),
    "help_en/orders/track.md": article(
        "Track my order",
        "# Track\n\n1. Open the app.\n\n[Cancel](cancel.md) [gone](gone.md)\n\n{{hours}}\n",
        description="Open the app.",
        keywords="orders, app",
        stage="during",
    ),
    "help_en/orders/cancel.md": article("Cancel an order", "![A cup](missing.png)"),
    "help_en/_includes/snippets.md": "## Hours {#hours}\n\nOn weekdays.\n",
    "help_ja/TOC.md": TABLE_JA,
    "help_ja/welcome.md": article("ようこそ", "こんにちは。", ht_degree="30%"),
    "help_ja/orders/track.md": article("注文を追跡する", "アプリを開きます。", ht_degree="80%"),
}


@pytest.fixture
def tree(tmp_path):
    return write_files(tmp_path / "source", FILES)


def imported(key: str = "orders/track.md", locale: str = "en") -> Article:
    return Article.objects.get(source_key=key, locale__language_code=locale)


def figures(report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.skipped)


class TestFirstImport:
    def test_report(self, site, tree):
        report = import_articles(tree)
        assert figures(report) == (5, 0, 0, 0)
        assert report.missing_images == 1
        assert report.unresolved_links == 1
        assert report.low_human_translation == ["help_ja/welcome.md"]

    def test_articles_are_published_with_a_revision(self, site, tree):
        import_articles(tree)
        page = imported()
        assert (page.title, page.short_answer, page.stage) == (
            "Track my order",
            "Open the app.",
            "during",
        )
        assert page.live and not page.has_unpublished_changes
        assert (
            page.live_revision
            == page.latest_revision
            == Revision.page_revisions.get(object_id=page.pk)
        )
        assert sorted(page.tags.names()) == ["app", "orders"]
        restored = page.latest_revision.as_object()
        assert restored.title == page.title
        assert restored.body.raw_data[0] == page.body.raw_data[0]
        assert sorted(tag.name for tag in restored.tags.all()) == ["app", "orders"]

    def test_they_can_be_reached_and_saved_by_an_editor(self, site, tree, client):
        import_articles(tree)
        page = imported()
        assert page.url_path == "/en/topics/orders/track/"
        response = client.get("/en/topics/orders/track/")
        assert "On weekdays." in response.content.decode()
        page.full_clean()
        page.save_revision().publish()

    def test_topics_come_from_the_table_of_contents(self, site, tree):
        import_articles(tree)
        topics = Topic.objects.exclude(source_key="").order_by("locale")
        assert [(t.title, t.slug, t.get_parent().specific) for t in topics] == [
            ("Orders", "orders", site.topics_en),
            ("ご注文", "orders", site.topics_ja),
        ]

    def test_translations_share_their_key(self, site, tree):
        import_articles(tree)
        assert imported().get_translations().get().specific == imported(locale="ja")
        english, japanese = Topic.objects.exclude(source_key="")
        assert english.translation_key == japanese.translation_key

    def test_languages_imported_one_after_the_other_pair_too(self, site, tree):
        import_articles(tree, locale="ja")
        report = import_articles(tree, locale="en")
        assert figures(report) == (3, 0, 0, 0)
        assert imported().translation_key == imported(locale="ja").translation_key

    def test_links_lead_to_pages_that_came_later(self, site, tree):
        import_articles(tree)
        page_id = imported().pk
        assert imported("welcome.md").body.raw_data[0]["value"] == (
            f'<p>See <a linktype="page" id="{page_id}">tracking</a>.</p>'
        )
        used_by = ReferenceIndex.get_references_to(imported())
        assert [r.object_id for r in used_by] == [str(imported("welcome.md").pk)]

    def test_the_share_of_human_translation_is_noted_in_the_language(self, site, tree):
        import_articles(tree)
        assert "80" in imported(locale="ja").editor_note
        assert imported().editor_note == ""

    def test_the_tree_is_sound(self, site, tree):
        import_articles(tree)
        assert Page.find_problems() == ([], [], [], [], [])
        numbers = Page.objects.values_list("pk", "numchild")
        counted = {page.pk: page.get_children().count() for page in Page.objects.all()}
        assert dict(numbers) == counted
        site.topics_en.refresh_from_db()
        site.topics_en.add_child(instance=Topic(title="After", slug="after"))

    def test_the_admin_finds_them(self, site, tree):
        import_articles(tree)
        assert [page.title for page in Article.objects.all().search("cancel")] == [
            "Cancel an order"
        ]

    def test_the_same_name_twice_in_a_topic_gets_a_number(self, site, tmp_path):
        table = "* Tea {#tea}\n  * [a](a/x.md)\n  * [b](b/x.md)\n"
        write_files(
            tmp_path, {"en/TOC.md": table, "en/a/x.md": article("A"), "en/b/x.md": article("B")}
        )
        import_articles(tmp_path)
        assert [imported("a/x.md").slug, imported("b/x.md").slug] == ["x", "x-2"]


class TestSecondImport:
    def test_nothing_changes(self, site, tree):
        import_articles(tree)
        before = list(Page.objects.values()), list(Revision.objects.values("pk"))
        assert figures(import_articles(tree)) == (0, 0, 5, 0)
        assert (list(Page.objects.values()), list(Revision.objects.values("pk"))) == before

    def test_a_changed_file_is_a_new_revision_of_its_page(self, site, tree):
        import_articles(tree)
        before = imported()
        write_files(tree, {"help_en/orders/track.md": article("Track it", "Now.", keywords="tea")})
        assert figures(import_articles(tree)) == (0, 1, 4, 0)
        after = imported()
        assert (after.pk, after.slug, after.title) == (before.pk, "track", "Track it")
        assert after.first_published_at == before.first_published_at
        assert after.latest_revision_id != before.latest_revision_id
        assert list(after.tags.names()) == ["tea"]

    def test_a_changed_include_changes_the_articles_that_use_it(self, site, tree):
        import_articles(tree)
        write_files(tree, {"help_en/_includes/snippets.md": "## Hours {#hours}\n\nDaily.\n"})
        assert figures(import_articles(tree)) == (0, 1, 4, 0)

    def test_a_file_that_appears_makes_links_to_it_work(self, site, tree):
        import_articles(tree)
        write_files(tree, {"help_en/orders/gone.md": article("Found")})
        report = import_articles(tree)
        assert figures(report) == (1, 1, 4, 0)
        assert report.unresolved_links == 0

    def test_a_file_that_is_gone_leaves_its_article(self, site, tree):
        import_articles(tree)
        (tree / "help_en/orders/cancel.md").unlink()
        import_articles(tree)
        assert imported("orders/cancel.md").live

    def test_another_place_moves_the_page_and_redirects(self, site, tree):
        import_articles(tree)
        moved = TABLE.replace("  * [Cancel]", "* Changes {#changes}\n      * [Cancel]")
        write_files(tree, {"help_en/TOC.md": moved})
        report = import_articles(tree)
        assert figures(report) == (0, 1, 4, 0)
        page = imported("orders/cancel.md")
        assert page.url_path == "/en/topics/changes/cancel/"
        assert report.redirects == Redirect.objects.count() == 1
        assert Redirect.objects.get().redirect_page_id == page.pk
        assert Page.find_problems() == ([], [], [], [], [])

    def test_an_editors_own_place_for_an_article_is_kept(self, site, tree):
        import_articles(tree)
        imported().move(Topic.objects.get(pk=site.topics_en.pk), pos="last-child")
        write_files(tree, {"help_en/orders/track.md": article("Track it")})
        import_articles(tree)
        assert imported().url_path == "/en/topics/track/"
        assert imported().title == "Track it"

    def test_a_topic_is_renamed_unless_somebody_edited_it(self, site, tree):
        import_articles(tree)
        japanese = Topic.objects.get(source_key="TOC.md#orders", locale__language_code="ja")
        japanese.save_revision(user=UserFactory())
        for name in ("help_en", "help_ja"):
            write_files(tree, {f"{name}/TOC.md": TABLE.replace("Orders", "Deliveries")})
        import_articles(tree)
        topics = Topic.objects.exclude(source_key="").order_by("locale")
        assert [topic.title for topic in topics] == ["Deliveries", "ご注文"]


class TestEditedHere:
    @pytest.fixture
    def edited(self, site, tree):
        import_articles(tree)
        page = imported()
        page.title = "Ours"
        page.save_revision(user=UserFactory()).publish()
        write_files(tree, {"help_en/orders/track.md": article("Theirs")})
        return tree

    def test_it_is_not_replaced(self, edited):
        report = import_articles(edited)
        assert figures(report) == (0, 0, 4, 1)
        assert report.skipped == [
            Skipped("help_en/orders/track.md", "edited here since the last import")
        ]
        assert imported().title == "Ours"

    def test_it_is_with_overwrite(self, edited):
        assert figures(import_articles(edited, overwrite=True)) == (0, 1, 4, 0)
        assert imported().title == "Theirs"

    def test_an_unchanged_file_is_no_reason_to_complain(self, edited):
        write_files(edited, {"help_en/orders/track.md": FILES["help_en/orders/track.md"]})
        assert figures(import_articles(edited)) == (0, 0, 5, 0)

    def test_what_was_taken_offline_here_stays_offline(self, site, tree):
        import_articles(tree)
        imported().unpublish()
        write_files(tree, {"help_en/orders/track.md": article("Theirs")})
        import_articles(tree)
        assert (imported().title, imported().live) == ("Theirs", False)


class TestHidden:
    def test_hidden_files_are_drafts_named_in_the_report(self, site, tmp_path):
        write_files(
            tmp_path,
            {"en/a.md": article("A", hide="true"), "en/b.md": article("B", draft="Probably")},
        )
        report = import_articles(tmp_path)
        assert figures(report) == (2, 0, 0, 0)
        assert report.unpublished == ["en/a.md", "en/b.md"]
        page = imported("a.md")
        assert (page.live, page.has_unpublished_changes) == (False, True)
        assert page.latest_revision is not None and page.live_revision is None

    def test_a_file_that_is_hidden_no_longer_is_published(self, site, tmp_path):
        write_files(tmp_path, {"en/a.md": article("A", hide="true")})
        import_articles(tmp_path)
        write_files(tmp_path, {"en/a.md": article("A")})
        import_articles(tmp_path)
        assert imported("a.md").live

    def test_a_file_that_becomes_hidden_goes_offline(self, site, tmp_path):
        write_files(tmp_path, {"en/a.md": article("A")})
        import_articles(tmp_path)
        write_files(tmp_path, {"en/a.md": article("A", hide="true")})
        import_articles(tmp_path)
        assert not imported("a.md").live


class TestTrouble:
    BROKEN = {
        "en/empty.md": b"",
        "en/encoding.md": b"---\ntitle: Tea\n---\n\xff",
        "en/nul.md": b"---\ntitle: Tea\n---\n\0",
        "en/title.md": b"---\nrole: User\n---\nText",
        "en/yaml.md": b"---\ntitle: [\n---\nText",
        "en/long.md": b"---\ntitle: " + b"x" * 300 + b"\n---\nText",
        "en/visibility.md": b"---\ntitle: Tea\nvisibility: nobody\n---\nText",
    }

    def test_a_broken_file_is_reported_and_loses_nothing_else(self, site, tmp_path):
        write_files(tmp_path, {**self.BROKEN, "en/good.md": article("Good")})
        report = import_articles(tmp_path)
        assert figures(report) == (1, 0, 0, 7)
        assert [s.source for s in report.skipped] == sorted(self.BROKEN)
        assert all(s.reason for s in report.skipped)
        assert Article.objects.get().title == "Good"

    def test_a_page_that_cannot_be_written_is_reported(self, site, tree, monkeypatch):
        real = store._save_with_revision

        def fails(page):
            real(page)
            if page.source_key == "orders/cancel.md":
                raise ValueError("no room")

        monkeypatch.setattr(store, "_save_with_revision", fails)
        report = import_articles(tree)
        assert figures(report) == (4, 0, 0, 1)
        assert report.skipped == [Skipped("help_en/orders/cancel.md", "no room")]
        assert not Article.objects.filter(source_key="orders/cancel.md").exists()
        assert Page.find_problems() == ([], [], [], [], [])

    def test_what_an_interrupted_import_left_empty_is_filled(self, site, tree, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(importer, "parse_batches", lambda *args: [])
            with pytest.raises(ValueError, match="zip"):
                import_articles(tree)
        assert not Article.objects.live().exists()
        assert figures(import_articles(tree)) == (5, 0, 0, 0)
        assert Article.objects.live().count() == 5

    def test_a_portal_without_topics_is_named(self, db, tree):
        Topic.objects.all().delete()
        with pytest.raises(ImportFailure, match="setup_portal"):
            import_articles(tree)

    def test_a_folder_without_articles_is_named(self, site, tmp_path):
        write_files(tmp_path, {"en/readme.txt": "x"})
        with pytest.raises(ImportFailure, match="no Markdown"):
            import_articles(tmp_path)

    def test_an_unknown_locale_is_named(self, site, tree):
        with pytest.raises(ImportFailure, match="fr"):
            import_articles(tree, locale="fr")


class TestDryRun:
    def test_it_counts_the_same_and_writes_nothing(self, site, tree):
        pages = Page.objects.count()
        dry = import_articles(tree, dry_run=True)
        assert (Page.objects.count(), Revision.objects.count()) == (pages, 0)
        real = import_articles(tree)
        assert dry.dry_run and not real.dry_run
        dry.dry_run, dry.seconds = False, real.seconds
        assert dry == real

    def test_it_foresees_moves_and_changes(self, site, tree):
        import_articles(tree)
        moved = TABLE.replace("  * [Cancel]", "* Changes {#changes}\n      * [Cancel]")
        write_files(tree, {"help_en/TOC.md": moved, "help_en/welcome.md": article("Hello")})
        report = import_articles(tree, dry_run=True)
        assert figures(report) == (0, 2, 3, 0)
        assert report.redirects == 1
        assert imported("welcome.md").title == "Welcome"


class TestImages:
    @pytest.fixture(autouse=True)
    def media(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"

    def test_a_picture_is_saved_once_whatever_its_name(self, site, tmp_path):
        write_files(
            tmp_path / "source",
            {
                "en/a.md": article("A", "![A cup](cup.png)"),
                "en/b.md": article("B", "![The cup](other.png)"),
                "en/cup.png": picture(),
                "en/other.png": picture(),
            },
        )
        report = import_articles(tmp_path / "source")
        assert report.missing_images == 0
        image = get_image_model().objects.get()
        block = imported("a.md").body[0]
        assert block.block_type == "image"
        assert (block.value.pk, block.value.contextual_alt_text) == (image.pk, "A cup")
        imported("a.md").full_clean()

    def test_a_file_that_is_no_picture_leaves_its_description(self, site, tmp_path):
        write_files(
            tmp_path / "source",
            {"en/a.md": article("A", "![A cup](cup.png)"), "en/cup.png": picture()[:50]},
        )
        import_articles(tmp_path / "source")
        assert [b.block_type for b in imported("a.md").body] == ["missing_image"]
        assert not get_image_model().objects.exists()


class TestSignals:
    def test_changes_are_announced_inside_and_the_end_after_the_transactions(self, site, tree):
        announced: list[int] = []
        ended: list[list[int]] = []

        def on_change(article_ids, **kwargs):
            announced.extend(article_ids)

        def on_end(article_ids, progress, **kwargs):
            progress(len(article_ids), len(article_ids))
            ended.append(article_ids)

        articles_changed.connect(on_change)
        articles_imported.connect(on_end)
        try:
            import_articles(tree)
            import_articles(tree)
        finally:
            articles_changed.disconnect(on_change)
            articles_imported.disconnect(on_end)
        assert sorted(announced) == sorted(Article.objects.values_list("pk", flat=True))
        assert [sorted(ids) for ids in ended] == [sorted(announced)]


def test_pages_are_found_below_the_locales_own_topics_only(site, tmp_path):
    """A second import of another source does not touch the first."""
    write_files(tmp_path / "one", {"en/a.md": article("One")})
    write_files(tmp_path / "two", {"en/b.md": article("Two", "[one](a.md)")})
    import_articles(tmp_path / "one")
    report = import_articles(tmp_path / "two")
    assert figures(report) == (1, 0, 0, 0)
    assert imported("a.md").live
