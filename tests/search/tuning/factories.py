"""Tuning in the making, and the people who may or may not do it."""

import factory
from django.contrib.auth.models import Group, Permission

from search.tuning.enums import SynonymKind
from search.tuning.models import GoldenAnswer, GoldenQuestion, Promotion, Synonym
from tests.factories import UserFactory


class SynonymFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Synonym

    locale = "en"
    kind = SynonymKind.TWO_WAY
    words = factory.Sequence(lambda n: f"left{n}, right{n}")


class PromotionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Promotion

    locale = "en"


def golden(question, *articles, locale="en"):
    """A golden question that expects one of the articles."""
    made = GoldenQuestion.objects.create(locale=locale, question=question)
    for article in articles:
        GoldenAnswer.objects.create(question=made, article=article)
    return made


def colleague(*permissions):
    """Somebody who may enter the admin, and has these permissions."""
    user = UserFactory()
    for name in ("wagtailadmin.access_admin", *permissions):
        app, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def support_lead():
    return colleague("search_tuning.tune_search")


def editor():
    user = colleague("kb.read_staff_articles")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


ADMITTED = [support_lead, lambda: UserFactory(is_superuser=True)]
REFUSED = [editor, colleague, UserFactory, lambda: None]


def sign_in(client, user):
    if user:
        client.force_login(user)
    return client
