import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kb.models import Article
from tests.kb.import_export.files import article, write_files


@pytest.fixture
def tree(tmp_path):
    return write_files(tmp_path, {"en/a.md": article("A"), "en/b.md": b""})


def run(*args) -> str:
    out = StringIO()
    call_command("import_articles", *map(str, args), stdout=out)
    return out.getvalue()


def test_json_is_one_object_and_nothing_else(site, tree):
    report = json.loads(run(tree, "--json"))
    seconds = report.pop("seconds")
    assert seconds >= 0
    assert report == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "skipped": [{"source": "en/b.md", "reason": "empty"}],
        "redirects": 0,
        "unpublished": [],
        "missing_images": 0,
        "unresolved_links": 0,
        "low_human_translation": [],
        "dry_run": False,
    }


def test_without_json_the_report_is_for_people(site, tree):
    lines = run(tree, "--locale", "en").splitlines()
    assert lines[0].startswith("1 created, 0 updated, 0 unchanged, 1 skipped in ")
    assert lines[2:] == ["skipped en/b.md: empty"]


def test_a_dry_run_writes_nothing(site, tree):
    assert json.loads(run(tree, "--dry-run", "--json"))["created"] == 1
    assert not Article.objects.exists()


@pytest.mark.parametrize("arguments", [["nothing"], ["--locale", "ja"], ["--locale", "xx"]])
def test_failure_is_one_line(site, tree, arguments):
    path = tree / "nothing" if arguments == ["nothing"] else tree
    with pytest.raises(CommandError) as failure:
        run(path, *[a for a in arguments if a != "nothing"])
    assert str(failure.value) and "\n" not in str(failure.value)


def test_progress_goes_to_standard_error(site, tree, capfd):
    run(tree, "--json")
    assert capfd.readouterr().err.splitlines()[:2] == ["Reading en: 2", "Importing en: 1"]
