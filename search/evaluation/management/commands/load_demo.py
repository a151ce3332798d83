"""Fill a portal with the bundled articles, demo users and a month of made-up searches."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from search.engines.base import EngineUnavailable
from search.evaluation.demo import QUESTIONS_FILE, create_users, import_content
from search.evaluation.demo_traffic import load_traffic, read_questions


class Command(BaseCommand):
    help = "Load the demo. A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="also where ANNAI_ENV is production"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["force"]:
            raise CommandError("This portal is in production: the demo is not for it (--force).")
        try:
            users = create_users()
        except Group.DoesNotExist as error:
            raise CommandError("Run setup_portal first: there are no roles yet.") from error
        import_content()
        try:
            events = load_traffic(read_questions(QUESTIONS_FILE))
        except EngineUnavailable as error:
            raise CommandError(f"No engine answers the demo's searches: {error}") from error
        self.stdout.write(f"Demo traffic: {events or 'already there, no'} new events.")
        for user in users:
            self.stdout.write(f"{user.username:10} {user.password:14} {user.role}")
        if not users:
            self.stdout.write("The demo's users exist: `manage.py changepassword NAME` resets one.")
