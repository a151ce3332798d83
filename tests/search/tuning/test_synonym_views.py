"""Synonyms in the admin: list, form, preview, check before saving, import, export."""

import csv
import io

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import ROLES, SUPPORT_LEADS, establish_roles
from search.engines.base import EngineUnavailable
from search.tuning import checked_views, synonym_views
from search.tuning.models import Synonym
from tests.factories import UserFactory
from tests.pages import html_of
from tests.search.tuning.factories import (
    ADMITTED,
    REFUSED,
    SynonymFactory,
    editor,
    golden,
    sign_in,
    support_lead,
)

INDEX = reverse("synonyms:index")
ADD = reverse("synonyms:add")
IMPORT = reverse("synonyms:import")
HARMFUL = {"locale": "en", "kind": "one_way", "words": "order → refused, redeem, letters"}
PLAIN = {"locale": "en", "kind": "two_way", "words": "gift token, voucher"}


def edit(synonym):
    return reverse("synonyms:edit", args=[synonym.pk])


def words():
    return list(Synonym.objects.values_list("words", flat=True))


class TestIndex:
    def test_lists_searches_and_filters(self, lead):
        SynonymFactory(words="gift card, voucher")
        SynonymFactory(words="tv → telly", kind="one_way")
        SynonymFactory(words="領収書, レシート", locale="ja")

        def shown(**query):
            return [row.words for row in lead.get(INDEX, query).context["object_list"]]

        assert shown() == ["gift card, voucher", "tv → telly", "領収書, レシート"]
        assert shown(locale="ja") == ["領収書, レシート"]
        assert shown(kind="one_way") == ["tv → telly"]
        assert shown(q="voucher") == ["gift card, voucher"]

    def test_empty(self, lead):
        response = lead.get(INDEX)
        assert response.status_code == 200
        assert ADD in html_of(response)
        assert IMPORT in html_of(response)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_number_of_queries_does_not_depend_on_the_rows(
        self, lead, rows, django_assert_max_num_queries
    ):
        for _ in range(rows):
            SynonymFactory()
        lead.get(INDEX)
        with django_assert_max_num_queries(40) as queries:
            lead.get(INDEX)
        assert len(queries) == 10

    def test_export_is_what_the_import_reads(self, lead):
        SynonymFactory(words="gift card, voucher", note="=why")
        response = lead.get(INDEX, {"export": "csv"})
        content = b"".join(response.streaming_content)
        assert list(csv.reader(io.StringIO(content.decode()))) == [
            ["locale", "kind", "words", "note"],
            ["en", "two_way", "gift card, voucher", "'=why"],
        ]
        Synonym.objects.all().delete()
        lead.post(IMPORT, {"file": SimpleUploadedFile("synonyms.csv", content)})
        assert Synonym.objects.get().note == "=why"


class TestForm:
    def test_saves(self, lead, articles):
        assert lead.post(ADD, PLAIN).url == INDEX
        assert words() == ["gift token, voucher"]

    def test_changes_and_offers_a_copy(self, lead, articles):
        synonym = SynonymFactory(words="gift token, voucher")
        assert lead.post(edit(synonym), PLAIN | {"words": "token, voucher"}).url == INDEX
        assert words() == ["token, voucher"]
        copy = html_of(lead.get(reverse("synonyms:copy", args=[synonym.pk])))
        assert f'action="{ADD}"' in copy
        assert "token, voucher</textarea>" in copy

    def test_says_what_is_wrong(self, lead):
        response = lead.post(ADD, PLAIN | {"words": "the, voucher"})
        assert "would match everything" in html_of(response)
        assert words() == []

    def test_a_paste_of_ten_thousand_words(self, lead):
        pasted = "\n".join(f"word{n}" for n in range(10_000))
        response = lead.post(ADD, PLAIN | {"words": pasted})
        assert "These are 10000 words; a rule holds at most 21" in html_of(response)

    def test_deletes(self, lead):
        synonym = SynonymFactory()
        lead.post(reverse("synonyms:delete", args=[synonym.pk]))
        assert words() == []

    @pytest.mark.parametrize("view", ["edit", "delete", "copy", "history"])
    def test_of_a_missing_synonym_is_not_found(self, lead, view):
        address = reverse(f"synonyms:{view}", args=[99])
        assert lead.get(address, follow=True).status_code == 404


class TestPreview:
    def test_shows_before_and_after_and_saves_nothing(self, lead, articles):
        golden("gift token", articles["voucher"])
        page = html_of(lead.post(ADD, PLAIN | {"preview": "1"}))
        assert "No results" in page
        assert "Redeem a voucher" in page
        assert 'name="preview"' in page
        assert "gift token, voucher</textarea>" in page
        assert words() == []

    def test_of_a_change_leaves_the_stored_words(self, lead, articles):
        golden("gift token", articles["voucher"])
        synonym = SynonymFactory(words="gift token, voucher")
        response = lead.post(edit(synonym), PLAIN | {"words": "gift token, coupon", "preview": "1"})
        comparison, *_ = response.context["comparisons"]
        assert [placed.title for placed in comparison.before] == ["Redeem a voucher"]
        assert len(comparison.after) == 3
        assert words() == ["gift token, voucher"]

    def test_does_not_show_what_visitors_may_not_read(self, lead, articles):
        golden("secret diary", articles["coupon"])
        page = html_of(lead.post(ADD, PLAIN | {"words": "diary, ledger", "preview": "1"}))
        assert "secret diary" in page
        assert "Secret coupon ledger" not in page

    def test_of_words_nobody_asked(self, lead, articles):
        page = html_of(lead.post(ADD, PLAIN | {"preview": "1"}))
        assert "no question that enough visitors asked has these words" in page
        assert "Words of this synonym" in page
        assert "Redeem a voucher" in page

    def test_of_words_somebody_asked_asks_the_others_as_well(self, lead, articles):
        golden("gift token", articles["voucher"])
        response = lead.post(ADD, PLAIN | {"preview": "1"})
        asked = [(c.question.text, c.question.is_own) for c in response.context["comparisons"]]
        assert asked == [("gift token", False), ("voucher", True)]
        assert "no question that enough visitors asked" not in html_of(response)

    def test_of_a_wrong_rule_says_what_is_wrong(self, lead):
        response = lead.post(ADD, PLAIN | {"words": "voucher", "preview": "1"})
        assert response.context["comparisons"] is None
        assert "at least two words" in html_of(response)


class TestCheckBeforeSaving:
    @pytest.fixture(autouse=True)
    def asked(self, articles):
        golden("order", articles["parcel"])

    def test_names_what_falls_and_saves_nothing(self, lead):
        page = html_of(lead.post(ADD, HARMFUL))
        assert "1 golden question falls out of the first three results" in page
        assert "from place 1 to place" in page
        assert 'name="anyway"' in page
        assert words() == []

    def test_saves_when_asked_again(self, lead):
        assert lead.post(ADD, HARMFUL | {"anyway": "1"}).url == INDEX
        assert words() == ["order → refused, redeem, letters"]

    def test_holds_for_a_change_too(self, lead):
        synonym = SynonymFactory()
        before = synonym.words
        assert "falls out" in html_of(lead.post(edit(synonym), HARMFUL))
        assert words() == [before]

    def test_harmless_words_are_saved_without_a_question(self, lead):
        assert lead.post(ADD, PLAIN).status_code == 302

    @pytest.mark.parametrize("button", [{}, {"preview": "1"}])
    def test_while_search_is_down_it_says_so_and_can_be_saved_anyway(
        self, lead, monkeypatch, button
    ):
        def down(*arguments):
            raise EngineUnavailable("down")

        monkeypatch.setattr(checked_views, "falling", down)
        monkeypatch.setattr(synonym_views, "compare_rules", down)
        page = html_of(lead.post(ADD, PLAIN | button))
        assert "Search does not answer now" in page
        assert 'name="anyway"' in page
        assert words() == []
        assert lead.post(ADD, PLAIN | {"anyway": "1"}).status_code == 302


class TestImport:
    HARM = 'en,one_way,"order → refused, redeem, letters",\n'

    def upload(self, client, rows, **fields):
        content = f"locale,kind,words,note\n{rows}".encode()
        file = SimpleUploadedFile("synonyms.csv", content)
        return client.post(IMPORT, {"file": file} | fields, follow=True)

    def test_saves_all(self, lead):
        page = html_of(self.upload(lead, 'en,two_way,"a1, b1",\nen,one_way,c1 → d1,\n'))
        assert "2 synonyms were imported. 0 were there already." in page
        assert len(words()) == 2

    def test_saves_none_where_one_is_wrong(self, lead):
        page = html_of(self.upload(lead, 'en,two_way,"a1, b1",\nen,two_way,c1,\n'))
        assert "Row 3: Write at least two words" in page
        assert words() == []

    def test_shows_the_first_problems(self, lead):
        page = html_of(self.upload(lead, "en,two_way,c1,\n" * 25))
        assert page.count("<li>Row") == 20
        assert "and 5 more" in page

    def test_names_golden_questions_that_fall_and_saves_only_when_told_to(self, lead, articles):
        golden("order", articles["parcel"])
        assert "1 golden question falls out" in html_of(self.upload(lead, self.HARM))
        assert words() == []
        self.upload(lead, self.HARM, anyway="on")
        assert words() == ["order → refused, redeem, letters"]

    def test_while_search_is_down_it_says_so_and_saves_nothing(self, lead, monkeypatch):
        def down(plan):
            raise EngineUnavailable("down")

        monkeypatch.setattr(synonym_views, "fallen_by_import", down)
        assert "Search does not answer now" in html_of(self.upload(lead, self.HARM))
        assert words() == []

    def test_without_a_file(self, lead):
        assert "This field is required" in html_of(lead.post(IMPORT))

    def test_wrong_method(self, lead):
        assert lead.delete(IMPORT).status_code == 405


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_of_the_roles_at_install_only_support_leads_tune(client, site, role):
    establish_roles([site.en, site.ja])
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.name))
    status = sign_in(client, user).get(INDEX).status_code
    assert status == (200 if role is SUPPORT_LEADS else 302)


VIEWS = ["index", "index_results", "add", "import"]


@pytest.mark.django_db
class TestAccess:
    @pytest.mark.parametrize("user", ADMITTED)
    @pytest.mark.parametrize("view", VIEWS)
    def test_admits(self, client, user, view):
        assert sign_in(client, user()).get(reverse(f"synonyms:{view}")).status_code == 200

    @pytest.mark.parametrize("user", REFUSED)
    @pytest.mark.parametrize("view", VIEWS)
    def test_refuses(self, client, user, view):
        SynonymFactory(words="gift card, voucher")
        response = sign_in(client, user()).get(reverse(f"synonyms:{view}"))
        assert (response.status_code, b"voucher" in response.content) == (302, False)

    @pytest.mark.parametrize("user", REFUSED)
    @pytest.mark.parametrize("view", ["edit", "delete", "copy", "history", "usage"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_refuses_one(self, client, user, view, method):
        synonym = SynonymFactory(words="gift card, voucher")
        address = reverse(f"synonyms:{view}", args=[synonym.pk])
        response = getattr(sign_in(client, user()), method)(address, PLAIN)
        assert (response.status_code, b"voucher" in response.content) == (302, False)
        assert words() == ["gift card, voucher"]

    @pytest.mark.parametrize("user", REFUSED)
    def test_refuses_to_add_and_import(self, client, user):
        sign_in(client, user())
        file = SimpleUploadedFile("s.csv", b'locale,kind,words\nen,two_way,"a1, b1"\n')
        assert client.post(ADD, PLAIN).status_code == 302
        assert client.post(IMPORT, {"file": file}).status_code == 302
        assert words() == []

    @pytest.mark.parametrize(("user", "expected"), [(support_lead, True), (editor, False)])
    def test_menu_item_is_for_those_admitted(self, client, user, expected):
        page = sign_in(client, user()).get(reverse("wagtailadmin_home"))
        assert (INDEX in page.content.decode()) is expected
