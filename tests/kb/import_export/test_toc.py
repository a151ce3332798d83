from kb.import_export.toc import contents_of, folder_title

TABLE = """
# Help

* [Welcome](welcome.md)
* Orders {#orders}
  * [Track](orders/track.md)
  * Changes {#changes}
    * {hide-from-toc} [Cancel](/orders/cancel.md#top)
    * [Gone](gone.md)
* [!DNL Kettle] <!-- new -->{#kettle}
  * [Track again](orders/track.md)
"""
ARTICLES = ("welcome.md", "orders/track.md", "orders/cancel.md")


def places(contents) -> dict[str, str | None]:
    return {key: topic and topic.key for key, topic in contents.topic_of.items()}


def test_items_that_are_no_links_are_topics():
    contents = contents_of({"TOC.md": TABLE}, ARTICLES)
    assert [(t.key, t.title, t.slug) for t in contents.topics.values()] == [
        ("TOC.md#orders", "Orders", "orders"),
        ("TOC.md#orders/changes", "Changes", "changes"),
        ("TOC.md#kettle", "Kettle", "kettle"),
    ]


def test_articles_stand_where_they_are_named_first():
    assert places(contents_of({"TOC.md": TABLE}, ARTICLES)) == {
        "welcome.md": None,
        "orders/track.md": "TOC.md#orders",
        "orders/cancel.md": "TOC.md#orders/changes",
    }


def test_sections_without_an_anchor_pair_by_their_place():
    english = contents_of({"TOC.md": "* Orders\n  * [a](a.md)\n"}, ["a.md"])
    japanese = contents_of({"TOC.md": "* ご注文\n  * [a](a.md)\n"}, ["a.md"])
    assert english.topics.keys() == japanese.topics.keys()
    assert japanese.topics["TOC.md#1"].title == "ご注文"


class TestFilesInNoTable:
    def test_they_stand_with_their_neighbours(self):
        contents = contents_of({"TOC.md": TABLE}, [*ARTICLES[:2], "orders/new.md"])
        assert places(contents)["orders/new.md"] == "TOC.md#orders"

    def test_a_folder_called_like_a_topic_is_that_topic(self):
        contents = contents_of({"TOC.md": TABLE}, [*ARTICLES, "kettle/new.md"])
        assert places(contents)["kettle/new.md"] == "TOC.md#kettle"

    def test_other_folders_are_topics_of_their_own(self):
        contents = contents_of({"TOC.md": TABLE}, [*ARTICLES, "tea_ware/cups/new.md"])
        topic = contents.topic_of["tea_ware/cups/new.md"]
        assert (topic.key, topic.title) == ("tea_ware/cups/", "Cups")
        assert (topic.parent.key, topic.parent.title) == ("tea_ware/", "Tea ware")

    def test_without_any_table_folders_are_the_topics(self):
        contents = contents_of({}, ["a.md", "tea/b.md"])
        assert places(contents) == {"a.md": None, "tea/b.md": "tea/"}


def test_a_folder_named_like_a_file_loses_the_ending():
    assert folder_title("best-practices.md") == "Best practices"
