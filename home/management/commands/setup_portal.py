"""Make a fresh database a portal; run after ``migrate``, as often as you like."""

import environ
from django.core.management.base import BaseCommand

from home.portal import establish_portal
from home.signals import portal_ready


class Command(BaseCommand):
    help = (
        "Create languages, home pages, root topics, site, roles, review workflow and an empty "
        "search index. Changes nothing that is already there."
    )

    def handle(self, *args: object, **options: object) -> None:
        name = environ.Env().str("ANNAI_SITE_NAME", default="Annai Help")
        homes = establish_portal(name)
        portal_ready.send(sender=self.__class__)
        languages = ", ".join(homes)
        self.stdout.write(self.style.SUCCESS(f"The portal stands ({languages})."))
