from kb.import_export import parallel
from kb.import_export.includes import load_includes
from kb.import_export.parallel import parse_all, parse_batches
from kb.import_export.parse import ArticleParser
from kb.import_export.report import Unreadable
from kb.import_export.source import LocaleFolder
from tests.kb.import_export.files import article, write_files


def parser_of(root) -> ArticleParser:
    files = {f"a{n}.md": article(f"Article {n}", "[next](a1.md) {{x}}") for n in range(7)}
    write_files(root, {**files, "_includes/x.md": "## X {#x}\n\nIncluded.\n"})
    folder = LocaleFolder("en", root, "")
    return ArticleParser(folder, load_includes(folder))


def test_a_second_process_gives_the_same_articles_in_order(tmp_path, monkeypatch):
    parser = parser_of(tmp_path)
    headers = [parser.header(key) for key in parser.folder.articles]
    batches = [headers[:2], headers[2:4], [], headers[4:6], headers[6:]]
    here = list(parse_batches(parser, batches))
    monkeypatch.setattr(parallel, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(parallel.os, "cpu_count", lambda: 2)
    assert list(parse_batches(parser, batches)) == here
    assert [len(batch) for batch in here] == [2, 2, 0, 2, 1]


def test_a_file_that_goes_bad_in_between_does_not_stop_the_others(tmp_path):
    parser = parser_of(tmp_path)
    headers = [parser.header(key) for key in ("a1.md", "a2.md")]
    (tmp_path / "a1.md").unlink()
    bad, good = parse_all(parser, headers)
    assert isinstance(bad, Unreadable)
    assert good.header.key == "a2.md"


def test_what_nobody_foresaw_is_a_reason_too(tmp_path, monkeypatch):
    parser = parser_of(tmp_path)
    header = parser.header("a1.md")
    monkeypatch.setattr(ArticleParser, "article", lambda *args: 1 / 0)
    (error,) = parse_all(parser, [header])
    assert str(error) == "ZeroDivisionError: division by zero"
