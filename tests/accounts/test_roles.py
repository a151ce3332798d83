import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Collection

from accounts.roles import ROLES, establish_roles
from tests.factories import UserFactory

TABLE = Path(__file__).parents[2] / "docs" / "roles.md"


def documented() -> dict[str, set[str]]:
    """``{role: permission codes}`` of the table in the manual."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    roles = rows[0][1:]
    return {
        role: {re.search(r"`(.+?)`", row[0]).group(1) for row in rows[2:] if row[column] == "yes"}
        for column, role in enumerate(roles, start=1)
    }


def test_manual_lists_exactly_the_permissions_of_every_role():
    declared = {role.name: {*role.pages, *role.collection, *role.anywhere} for role in ROLES}
    assert documented() == declared


@pytest.fixture
def member(site):
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    establish_roles([site.en, site.ja])

    def member(role):
        user = UserFactory()
        user.groups.add(Group.objects.get(name=role.name))
        return user

    return member


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
class TestEstablishedRole:
    def test_has_its_permissions_on_pages_and_no_others(self, member, site, role):
        rights = site.topics_ja.permissions_for_user(member(role))
        assert rights.can_add_subpage() == ("add_page" in role.pages)
        assert rights.can_edit() == ("change_page" in role.pages)
        assert rights.can_publish() == ("publish_page" in role.pages)

    def test_has_its_permissions_elsewhere(self, member, role):
        user = member(role)
        held = {name for name in role.anywhere if user.has_perm(name)}
        assert held == set(role.anywhere)

    def test_enters_the_admin(self, member, client, role):
        client.force_login(member(role))
        assert client.get("/admin/").status_code == 200
