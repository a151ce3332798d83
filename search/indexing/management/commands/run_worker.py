"""``manage.py run_worker``."""

from typing import Any

from django.core.management.base import BaseCommand

from search.indexing.worker import run_worker


class Command(BaseCommand):
    help = "Run tasks and periodic work until SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        run_worker()
