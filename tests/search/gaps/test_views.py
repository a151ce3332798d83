import csv
import io
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from search.gaps.models import HiddenQuestion
from search.gaps.reports import failed_searches
from search.log import stores
from search.log.models import SearchEvent
from tests.factories import UserFactory
from tests.search.log.factories import failed_visits, search_event

REPORT = reverse("search_gaps:failed_searches")
# At noon: an hour later is the same day, whose visitors can be told apart.
EARLIER = timezone.now().replace(hour=12, minute=0) - timedelta(days=3)


def colleague(*permissions):
    user = UserFactory()
    for name in ("wagtailadmin.access_admin", *permissions):
        app, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def support_lead():
    return colleague("search_gaps.view_failedsearches")


def editor():
    user = colleague()
    user.groups.add(Group.objects.get(name="Editors"))
    return user


ADMITTED = [support_lead, lambda: UserFactory(is_superuser=True)]
REFUSED = [editor, colleague, UserFactory, lambda: None]


def sign_in(client, user):
    if user:
        client.force_login(user)
    return client


@pytest.fixture
def lead(client, db):
    return sign_in(client, support_lead())


@pytest.fixture
def _searches(db):
    stores.landing().append(
        [
            *failed_visits("Kettle lid?", 3, EARLIER),
            *failed_visits("kettle lid", 4, EARLIER + timedelta(hours=1)),
            *failed_visits("返品の送料", 3, EARLIER, locale="ja", demo=True),
            *failed_visits("who is taro", 1, EARLIER),
        ]
    )


def key_of(question):
    rows = failed_searches().rows + failed_searches(hidden=True).rows
    return next(row.key for row in rows if row.question == question)


def text_of(response):
    return unescape(response.content.decode())


def questions(response):
    return [row.question for row in response.context["object_list"]]


@pytest.mark.usefixtures("_searches")
class TestReport:
    def test_shows_rows_spellings_and_what_is_too_rare(self, lead):
        response = lead.get(REPORT)
        text = text_of(response)
        assert questions(response) == ["kettle lid", "返品の送料"]
        assert "Kettle lid? (3)" in text
        assert 'href="/en/search/?q=kettle+lid"' in text
        assert "/ja/search/?q=%E8%BF%94" in text
        assert text.count("w-status") == 1
        assert response.context["rare"] == {"en": 1}
        assert "taro" not in text

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"locale": "ja"}, ["返品の送料"]),
            ({"reason": "no_result"}, ["kettle lid", "返品の送料"]),
            ({"reason": ["no_click", "refined"]}, []),
            ({"days": "7"}, ["kettle lid", "返品の送料"]),
            ({"days": "90", "locale": "en"}, ["kettle lid"]),
            ({"hidden": "yes"}, []),
            ({"locale": "xx"}, ["kettle lid", "返品の送料"]),
            ({"days": "1000000000000", "p": "-1"}, ["kettle lid", "返品の送料"]),
        ],
    )
    def test_filters(self, lead, query, expected):
        response = lead.get(REPORT, query)
        assert (response.status_code, questions(response)) == (200, expected)

    def test_results_alone_for_the_filter_form(self, lead):
        response = lead.get(reverse("search_gaps:failed_searches_results"), {"locale": "ja"})
        assert questions(response) == ["返品の送料"]
        assert "<html" not in text_of(response)

    def test_csv(self, lead):
        response = lead.get(REPORT, {"export": "csv", "locale": "en"})
        rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
        assert rows == [
            ["Question", "Language", "Failed", "Searches", "Visitors", "No result", "No click",
             "Refined", "Asked support", "Spellings", "Demo traffic"],
            ["kettle lid", "en", "7", "7", "4", "7", "0", "0", "0",
             "kettle lid (4); Kettle lid? (3)", "False"],
        ]  # fmt: skip

    def test_xlsx(self, lead):
        response = lead.get(REPORT, {"export": "xlsx"})
        sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
        assert [row[:3] for row in sheet.iter_rows(values_only=True)] == [
            ("Question", "Language", "Failed"),
            ("kettle lid", "en", 7),
            ("返品の送料", "ja", 3),
        ]

    @pytest.mark.parametrize("export", ["csv", "xlsx"])
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
    def test_formulas_are_neutralised(self, lead, export, start):
        text = f"{start}HYPERLINK(0)"
        stores.landing().append(failed_visits(text, 9, EARLIER))
        content = b"".join(lead.get(REPORT, {"export": export}).streaming_content)
        if export == "csv":
            cell = list(csv.reader(io.StringIO(content.decode())))[1][0]
        else:
            cell = load_workbook(io.BytesIO(content)).active["A2"].value
        assert cell == f"'{text}"

    @pytest.mark.parametrize("user", ADMITTED)
    def test_admits(self, client, user):
        assert sign_in(client, user()).get(REPORT).status_code == 200

    @pytest.mark.parametrize("user", REFUSED)
    @pytest.mark.parametrize("export", ["", "csv", "xlsx"])
    def test_refuses(self, client, user, export):
        response = sign_in(client, user()).get(REPORT, {"export": export})
        assert (response.status_code, b"kettle" in response.content) == (302, False)

    @pytest.mark.parametrize(("user", "expected"), [(support_lead, True), (editor, False)])
    def test_menu_item_is_for_those_admitted(self, client, user, expected):
        page = sign_in(client, user()).get(reverse("wagtailadmin_home"))
        assert (REPORT in page.content.decode()) is expected


def test_an_empty_report_explains(lead):
    assert "No failed searches in this period" in text_of(lead.get(REPORT))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_rows(
    lead, rows, django_assert_max_num_queries
):
    lead.get(REPORT)
    for number in range(rows):
        stores.landing().append(failed_visits(f"question number {number}", 3, EARLIER))
    with django_assert_max_num_queries(40) as queries:
        lead.get(REPORT)
    assert len(queries) == 16  # 8 of the report with an open day, the rest are the admin's own


@pytest.mark.usefixtures("_searches")
class TestActions:
    def address(self, action, question="kettle lid"):
        return reverse(f"search_gaps:{action}_question", args=[key_of(question)])

    @pytest.mark.parametrize("action", ["hide", "show", "erase"])
    def test_asks_first(self, lead, action):
        response = lead.get(self.address(action))
        assert (response.status_code, "kettle lid" in text_of(response)) == (200, True)
        assert SearchEvent.objects.count() == 11
        assert HiddenQuestion.objects.count() == 0

    def test_hide_and_show_again(self, lead):
        assert lead.post(self.address("hide")).url == REPORT
        assert str(HiddenQuestion.objects.get().hidden_by_id) == lead.session["_auth_user_id"]
        assert questions(lead.get(REPORT)) == ["返品の送料"]
        assert questions(lead.get(REPORT, {"hidden": "yes"})) == ["kettle lid"]
        lead.post(self.address("show"))
        assert questions(lead.get(REPORT)) == ["kettle lid", "返品の送料"]

    def test_erase(self, lead):
        assert lead.post(self.address("erase")).url == REPORT
        assert questions(lead.get(REPORT)) == ["返品の送料"]
        assert SearchEvent.objects.filter(text__icontains="kettle").count() == 0

    def test_of_an_unknown_question_is_not_found(self, lead):
        for action in ("hide", "show", "erase"):
            address = reverse(f"search_gaps:{action}_question", args=["0" * 16])
            # An address without a language that is not found is looked for with one: follow.
            assert lead.get(address, follow=True).status_code == 404
            assert lead.post(address, follow=True).status_code == 404

    def test_of_a_rare_question_is_not_found(self, lead):
        rare = search_event("who is taro").question
        address = reverse("search_gaps:hide_question", args=[rare])
        assert lead.get(address, follow=True).status_code == 404

    @pytest.mark.parametrize("method", ["put", "delete"])
    def test_wrong_method(self, lead, method):
        assert getattr(lead, method)(self.address("erase")).status_code == 405

    @pytest.mark.parametrize("user", REFUSED)
    @pytest.mark.parametrize("action", ["hide", "show", "erase"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_refuses(self, client, user, action, method):
        response = getattr(sign_in(client, user()), method)(self.address(action))
        assert (response.status_code, b"kettle" in response.content) == (302, False)
        assert SearchEvent.objects.count() == 11
        assert HiddenQuestion.objects.count() == 0
