import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from search.gaps.management.commands.failed_searches import FIELDS
from search.log import stores
from tests.search.log.factories import failed_visits


def run(*arguments):
    out = StringIO()
    call_command("failed_searches", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestFailedSearches:
    @pytest.fixture
    def _searches(self):
        at = timezone.now() - timedelta(days=3)
        stores.landing().append(
            [
                *failed_visits("返品の送料", 3, at, locale="ja"),
                *failed_visits("kettle", 4, at),
                *failed_visits("taro", 1, at),
            ]
        )

    def test_prints_one_json_object(self, _searches):
        counts = {"no_click": 0, "refined": 0, "contacted": 0}
        later = {"cause": None, "gap": None, "status": None}
        assert json.loads(run("--json")) == {
            "rows": [
                {"question": "kettle", "locale": "en", "searches": 4, "visitors": 4,
                 "no_result": 4, **counts, **later},
                {"question": "返品の送料", "locale": "ja", "searches": 3, "visitors": 3,
                 "no_result": 3, **counts, **later},
            ],
            "rare": {"en": 1},
        }  # fmt: skip
        assert list(json.loads(run("--json"))["rows"][0]) == list(FIELDS)

    def test_narrowed(self, _searches):
        assert [row["locale"] for row in json.loads(run("--locale=ja", "--json"))["rows"]] == ["ja"]
        assert json.loads(run("--reason=refined", "--json")) == {"rows": [], "rare": {}}
        assert json.loads(run("--days=2", "--json")) == {"rows": [], "rare": {}}

    def test_prints_a_table(self, _searches):
        lines = run().splitlines()
        assert [line.split()[:3] for line in lines] == [
            ["question", "locale", "searches"],
            ["kettle", "en", "4"],
            ["返品の送料", "ja", "3"],
            ["en:", "1", "searches"],
        ]

    def test_says_when_there_is_nothing(self):
        assert run() == "No failed searches.\n"

    @pytest.mark.parametrize("argument", ["--days=0", "--days=-1", "--days=x", "--locale=xx"])
    def test_refuses_bad_arguments(self, argument):
        with pytest.raises(CommandError):
            run(argument)
