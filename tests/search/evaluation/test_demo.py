import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from search.evaluation import demo_traffic
from search.evaluation.demo import QUESTIONS_FILE, USERS, create_users
from search.evaluation.demo_traffic import DAYS, Answer, Question, load_traffic, read_questions
from search.gaps.reports import failed_searches
from search.log.events import EventAction
from search.log.models import SearchEvent
from search.log.rollups import uncounted_days
from search.log.validate import search_facts
from search.query import tokens
from tests.factories import ArticleFactory, restore_roots
from tests.search.log.factories import token_for

ANSWERED = Question("en", "track my order", "orders/track", 40)
UNANSWERED = Question("en", "decaf sencha", "", 40)
NOT_FOUND = Question("en", "where is it", "orders/track", 40)


@pytest.fixture
def _roles(db):
    for user in USERS:
        if user.role:
            Group.objects.get_or_create(name=user.role)


@pytest.mark.usefixtures("_roles")
class TestUsers:
    def test_are_created_once(self, client):
        created = create_users()
        assert [c.username for c in created] == [user.username for user in USERS]
        assert len({c.password for c in created}) == len(USERS)
        assert create_users() == ()

    def test_can_sign_in_and_have_their_role(self, client):
        for credentials in create_users():
            assert client.login(username=credentials.username, password=credentials.password)
        roles = {u.username: list(u.groups.values_list("name", flat=True)) for u in _all_users()}
        assert roles == {user.username: [user.role] * bool(user.role) for user in USERS}
        assert [u.username for u in _all_users() if u.is_superuser] == ["admin"]

    def test_those_there_keep_their_password(self):
        User.objects.create_user("lead", password="kept")
        assert "lead" not in [credentials.username for credentials in create_users()]
        assert User.objects.get(username="lead").check_password("kept")


def _all_users():
    return User.objects.filter(username__in=[user.username for user in USERS])


class TestTraffic:
    @pytest.fixture(autouse=True)
    def _pipeline(self, site, monkeypatch):
        article = ArticleFactory(parent=site.topics_en, source_key="orders/track.md")

        def ask(text, locale):
            query_id = token_for(text, locale)
            facts = search_facts(text, locale, tokens.read(query_id))
            found = text == ANSWERED.text
            return Answer(query_id, facts, (str(article.pk),) if found else ("0",))

        monkeypatch.setattr(demo_traffic, "ask", ask)

    def test_twice_is_once(self):
        assert load_traffic([ANSWERED]) > 0
        stored = SearchEvent.objects.count()
        assert load_traffic([ANSWERED]) == 0
        assert SearchEvent.objects.count() == stored

    def test_is_marked_and_lies_in_the_last_month(self):
        now = timezone.now()
        load_traffic([ANSWERED, UNANSWERED], now)
        events = SearchEvent.objects.order_by("timestamp")
        assert set(events.values_list("demo", flat=True)) == {True}
        assert 0 <= (now - events.first().timestamp).days < DAYS
        assert events.last().timestamp <= now

    def test_is_rolled_up(self):
        load_traffic([UNANSWERED])
        assert [day for day in uncounted_days() if (timezone.localdate() - day).days > 1] == []

    def test_readers_who_find_the_answer_read_it(self):
        load_traffic([ANSWERED])
        dwells = SearchEvent.objects.filter(action=EventAction.DWELL).count()
        assert 0.7 * ANSWERED.weight < dwells <= ANSWERED.weight

    def test_what_has_no_answer_tops_the_report(self):
        load_traffic([ANSWERED, UNANSWERED])
        row = failed_searches().rows[0]
        assert (row.question, row.demo) == (UNANSWERED.text, True)
        assert row.cost > UNANSWERED.weight / 2
        assert row.contacted > 0

    def test_some_put_their_question_differently(self):
        load_traffic([ANSWERED, NOT_FOUND])
        again = SearchEvent.objects.filter(text=ANSWERED.text).count()
        assert again > ANSWERED.weight

    def test_the_dice_are_seeded(self):
        now = timezone.now()
        first, second = (
            list(demo_traffic.Month([ANSWERED, UNANSWERED], now).events()) for _ in range(2)
        )
        assert [(e.id, e.action, e.timestamp) for e in first] == [
            (e.id, e.action, e.timestamp) for e in second
        ]


def test_the_bundled_questions_are_readable():
    questions = read_questions(QUESTIONS_FILE)
    assert {question.locale for question in questions} == {"en", "ja"}
    assert len(questions) == len(QUESTIONS_FILE.read_text("utf-8").splitlines())


class TestCommand:
    def run(self, *arguments):
        out = StringIO()
        call_command("load_demo", *arguments, stdout=out)
        return out.getvalue()

    def test_refuses_in_production(self, db, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="in production"):
            self.run()
        assert User.objects.filter(username="admin").count() == 0

    def test_wants_the_roles_first(self, db):
        Group.objects.filter(name="Support leads").delete()
        with pytest.raises(CommandError, match="setup_portal"):
            self.run()
        assert User.objects.filter(username="admin").count() == 0

    @pytest.mark.django_db(transaction=True)
    def test_fills_an_empty_portal(self, settings, tmp_path):
        settings.INDEX_DIR = tmp_path / "index"
        restore_roots()
        call_command("setup_portal", stdout=StringIO())
        printed = self.run()
        assert [name in printed for name in ("admin", "lead", "reader")] == [True] * 3
        for locale in ("en", "ja"):
            assert len(failed_searches(locale=locale).rows) >= 10
        out = StringIO()
        call_command("failed_searches", "--json", stdout=out)
        assert json.loads(out.getvalue())["rows"] != []
        assert "already there" in self.run()
