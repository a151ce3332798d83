"""Test objects: a bilingual site, topics, articles and people."""

from dataclasses import dataclass
from uuid import uuid4

import factory
from django.contrib.auth.models import Permission
from wagtail.models import Collection, Locale, Page
from wagtail.models import Site as WagtailSite

from accounts.models import User
from home.models import HomePage
from kb.models import Article, Topic


@dataclass(frozen=True)
class Site:
    """The pages every test starts from."""

    en: HomePage
    ja: HomePage
    topics_en: Topic
    topics_ja: Topic

    def topics(self, locale: str) -> Topic:
        return {"en": self.topics_en, "ja": self.topics_ja}[locale]


def restore_roots() -> Page:
    """What Wagtail's migrations put into a new database and a transactional test takes away: the
    English locale, the root page and the root collection. Returns the root page."""
    english, _ = Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.filter(depth=1).exists():
        Collection.add_root(name="Root")
    return Page.objects.filter(depth=1).first() or Page.add_root(
        instance=Page(title="Root", slug="root", locale=english)
    )


def create_site() -> Site:
    """Two locales, their home pages as translations of each other, and root topics."""
    root = restore_roots()
    english = Locale.objects.get(language_code="en")
    japanese, _ = Locale.objects.get_or_create(language_code="ja")
    for page in root.get_children().specific():
        page.delete()
    root.refresh_from_db()
    home_key, topics_key = uuid4(), uuid4()
    en = root.add_child(
        instance=HomePage(title="Help", slug="en", locale=english, translation_key=home_key)
    )
    ja = root.add_child(
        instance=HomePage(title="ヘルプ", slug="ja", locale=japanese, translation_key=home_key)
    )
    WagtailSite.objects.all().delete()
    WagtailSite.objects.create(
        hostname="localhost", port=80, root_page=en, is_default_site=True, site_name="Test help"
    )
    topics_en = en.add_child(
        instance=Topic(title="Topics", slug="topics", locale=english, translation_key=topics_key)
    )
    topics_ja = ja.add_child(
        instance=Topic(title="トピック", slug="topics", locale=japanese, translation_key=topics_key)
    )
    return Site(en, ja, topics_en, topics_ja)


class ChildPageFactory(factory.django.DjangoModelFactory):
    """Creates a page below ``parent``, in the parent's locale."""

    class Meta:
        abstract = True

    slug = factory.LazyFunction(lambda: uuid4().hex[:12])

    @classmethod
    def _create(cls, model_class, *args, parent, **kwargs):
        kwargs.setdefault("locale", parent.locale)
        # A fresh copy: treebeard keeps the number of children on the instance.
        return type(parent).objects.get(pk=parent.pk).add_child(instance=model_class(**kwargs))


class TopicFactory(ChildPageFactory):
    class Meta:
        model = Topic

    title = factory.Sequence(lambda n: f"Topic {n}")


class ArticleFactory(ChildPageFactory):
    class Meta:
        model = Article

    title = factory.Sequence(lambda n: f"Article {n}")


def paragraph(html: str) -> list[tuple[str, str]]:
    """A body of one paragraph."""
    return [("paragraph", html)]


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"reader{n}")


def staff_reader(**kwargs) -> User:
    """A user who may read staff-only articles."""
    user = UserFactory(**kwargs)
    user.user_permissions.add(
        Permission.objects.get(codename="read_staff_articles", content_type__app_label="kb")
    )
    return user
