from kb.import_export.includes import load_includes
from kb.import_export.source import LocaleFolder
from tests.kb.import_export.files import write_files


def includes(root, files):
    return load_includes(LocaleFolder("en", write_files(root, files), "help_en"))


def test_sections_end_at_the_next_heading_of_their_level(tmp_path):
    text = "# All\n\n## A {#a}\n\nOne\n\n### Part\n\nTwo\n\n## B {#b}\n\n<!-- not -->Three\n"
    assert includes(tmp_path, {"_includes/s.md": text}).sections == {
        "a": "\n\nOne\n\n### Part\n\nTwo\n\n",
        "b": "\n\nThree\n",
    }


def test_relative_addresses_count_from_the_include_file(tmp_path):
    text = (
        '## A {#a}\n[x](../tea/x.md#y) <img src="cup.png"> [z](/z.md) [#](#a) [w](https://w.eu)\n'
    )
    found = includes(tmp_path, {"help/_includes/s.md": text}).sections["a"]
    assert found.strip() == (
        '[x](/help/tea/x.md#y) <img src="/help/_includes/cup.png"> [z](/z.md) [#](#a) '
        "[w](https://w.eu)"
    )


def test_an_unreadable_file_is_reported_and_the_others_count(tmp_path):
    found = includes(tmp_path, {"_includes/a.md": b"\xff", "_includes/b.md": "## B {#b}\n\nTea\n"})
    assert [file.source for file in found.skipped] == ["help_en/_includes/a.md"]
    assert list(found.sections) == ["b"]


def test_the_digest_follows_every_section_used(tmp_path):
    text = "## A {#a}\n\n{{b}}\n\n## B {#b}\n\nTea\n\n## C {#c}\n\nCup\n"
    one = includes(tmp_path / "1", {"_includes/s.md": text})
    inner = includes(tmp_path / "2", {"_includes/s.md": text.replace("Tea", "Mate")})
    other = includes(tmp_path / "3", {"_includes/s.md": text.replace("Cup", "Pot")})
    assert one.digest_of("{{a}}") != inner.digest_of("{{a}}")
    assert one.digest_of("{{a}}") == other.digest_of("{{a}}")
    assert one.digest_of("no {{unknown}} key") == ""
