"""The demo: bundled articles, people who can sign in, and a month of made-up searches.

The searches are asked of the production pipeline and go through the production log, so that every
screen shows what it would show of real ones. They are marked as demo traffic wherever they stand.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from accounts.roles import AGENTS, EDITORS, REVIEWERS, SUPPORT_LEADS

DEMO_DIR = Path(settings.BASE_DIR) / "kb" / "demo"
CONTENT_DIR = DEMO_DIR / "content"
QUESTIONS_FILE = DEMO_DIR / "questions.jsonl"
PASSWORD_BYTES = 9


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user to create: ``role`` is the name of a group, empty for a reader."""

    username: str
    role: str = ""
    is_superuser: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """A new user's name and password; the password is nowhere else."""

    username: str
    password: str
    role: str


USERS = (
    DemoUser("admin", is_superuser=True),
    DemoUser("editor", EDITORS.name),
    DemoUser("reviewer", REVIEWERS.name),
    DemoUser("lead", SUPPORT_LEADS.name),
    DemoUser("agent", AGENTS.name),
    DemoUser("reader"),
)


def import_content() -> None:
    """Import the bundled articles in both languages and index them; twice is once."""
    call_command("import_articles", CONTENT_DIR)


@transaction.atomic
def create_users() -> tuple[Credentials, ...]:
    """Create those of ``USERS`` that do not exist, with random passwords; the new ones.

    Raises Group.DoesNotExist before ``setup_portal`` has made the roles.
    """
    created = []
    for wanted in USERS:
        if User.objects.filter(username=wanted.username).exists():
            continue
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        make = User.objects.create_superuser if wanted.is_superuser else User.objects.create_user
        user = make(wanted.username, f"{wanted.username}@example.com", password)
        if wanted.role:
            user.groups.add(Group.objects.get(name=wanted.role))
        role = wanted.role or ("Superuser" if wanted.is_superuser else "Reader")
        created.append(Credentials(wanted.username, password, role))
    return tuple(created)
