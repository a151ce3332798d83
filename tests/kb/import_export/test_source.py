import io
import tarfile
import zipfile

import pytest

from kb.import_export.report import ImportFailure, Unreadable
from kb.import_export.source import LocaleFolder, locale_code, open_source
from tests.kb.import_export.files import write_files

LOCALES = ["en", "ja"]


def locales(path, only=None) -> list[tuple[str, tuple[str, ...]]]:
    with open_source(path, locales=LOCALES, only=only) as folders:
        return [(folder.locale, folder.articles) for folder in folders]


@pytest.fixture
def tree(tmp_path):
    return write_files(
        tmp_path / "help",
        {
            "help_en/a.md": "x",
            "help_en/TOC.md": "x",
            "help_en/_includes/s.md": "x",
            "help_en/best.md/b.md": "x",
            "help_ja/a.md": "x",
            "help_ja/.hidden/c.md": "x",
        },
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [("help_ja", "ja"), ("ja", "ja"), ("docs-EN", "en"), ("ninja", None), ("help_fr", None)],
)
def test_locale_code(name, code):
    assert locale_code(name, LOCALES) == code


class TestFolders:
    def test_every_locale_folder_is_found_with_its_articles(self, tree):
        assert locales(tree) == [("en", ("a.md", "best.md/b.md")), ("ja", ("a.md",))]

    def test_one_can_be_picked(self, tree):
        assert locales(tree, only="ja") == [("ja", ("a.md",))]

    def test_the_folder_itself_may_carry_the_locale(self, tree):
        assert locales(tree / "help_ja") == [("ja", ("a.md",))]

    def test_a_folder_without_locales_takes_the_given_one(self, tmp_path):
        write_files(tmp_path, {"a.md": "x"})
        assert locales(tmp_path, only="en") == [("en", ("a.md",))]

    def test_a_folder_without_locales_needs_one(self, tmp_path):
        folder = write_files(tmp_path / "plain", {"a.md": "x"})
        with pytest.raises(ImportFailure, match="--locale"):
            locales(folder)

    def test_a_locale_without_folder_fails(self, tree):
        with pytest.raises(ImportFailure, match="ja"):
            locales(tree / "help_en", only="ja")

    def test_two_folders_of_one_locale_fail(self, tmp_path):
        write_files(tmp_path, {"a_en/a.md": "x", "b_en/a.md": "x"})
        with pytest.raises(ImportFailure, match="en"):
            locales(tmp_path)

    def test_a_missing_path_fails(self, tmp_path):
        with pytest.raises(ImportFailure, match="does not exist"):
            locales(tmp_path / "nothing")

    def test_links_that_lead_elsewhere_are_not_followed(self, tmp_path):
        secret = write_files(tmp_path / "secret", {"s.md": "x"})
        tree = write_files(tmp_path / "help", {"en/a.md": "x"})
        (tree / "en" / "s.md").symlink_to(secret / "s.md")
        assert locales(tree) == [("en", ("a.md",))]


class TestArchives:
    def test_tar(self, tree, tmp_path):
        archive = tmp_path / "help.tar.gz"
        with tarfile.open(archive, "w:gz") as members:
            members.add(tree, "help")
        assert locales(archive) == [("en", ("a.md", "best.md/b.md")), ("ja", ("a.md",))]

    def test_zip(self, tree, tmp_path):
        archive = tmp_path / "help.zip"
        with zipfile.ZipFile(archive, "w") as members:
            members.write(tree / "help_en" / "a.md", "help_en/a.md")
        assert locales(archive) == [("en", ("a.md",))]

    def test_a_tar_that_leads_outside_is_refused(self, tmp_path):
        archive = tmp_path / "evil.tar"
        with tarfile.open(archive, "w") as members:
            member = tarfile.TarInfo("../evil.md")
            member.size = 1
            members.addfile(member, io.BytesIO(b"x"))
        with pytest.raises(ImportFailure, match=r"evil\.tar"):
            locales(archive)
        assert not (tmp_path / "evil.md").exists()

    @pytest.mark.parametrize("name", ["../evil.md", "/evil.md", "en\\..\\..\\evil.md"])
    def test_a_zip_that_leads_outside_is_refused(self, tmp_path, name):
        archive = tmp_path / "evil.zip"
        with zipfile.ZipFile(archive, "w") as members:
            members.writestr(name, "x")
        with pytest.raises(ImportFailure, match="outside"):
            locales(archive)

    @pytest.mark.parametrize("name", ["help.tar.gz", "help.zip"])
    def test_a_broken_archive_fails(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"not an archive")
        with pytest.raises(ImportFailure, match="unpacked"):
            locales(tmp_path / name)

    def test_another_kind_of_file_fails(self, tmp_path):
        (tmp_path / "help.pdf").write_bytes(b"x")
        with pytest.raises(ImportFailure, match="neither"):
            locales(tmp_path / "help.pdf")


class TestReading:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (b" \n", "empty"),
            (b"Tea\xff", "UTF-8"),
            (b"Te\0a", "NUL"),
            (b"x" * (5 * 1024**2 + 1), "larger"),
        ],
    )
    def test_a_bad_file_has_a_reason(self, tmp_path, content, reason):
        write_files(tmp_path, {"a.md": content})
        with pytest.raises(Unreadable, match=reason):
            LocaleFolder("en", tmp_path, "").read("a.md")

    def test_marks_of_other_systems_are_levelled(self, tmp_path):
        write_files(tmp_path, {"a.md": b"\xef\xbb\xbfTea\r\nCup\r"})
        assert LocaleFolder("en", tmp_path, "").read("a.md") == "Tea\nCup\n"
