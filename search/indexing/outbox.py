"""The writing side of the outbox: announce which articles changed."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from kb.models import Article
from search.indexing.models import ArticleText, OutboxEntry
from search.indexing.tasks import drain_all

_ROWS_AN_INSERT = 1_000


def announce(article_ids: Iterable[int]) -> None:
    """Say that these articles changed, appeared or are about to vanish.

    Rows are written in the caller's transaction; the worker hears of it after the commit.
    """
    ids = list(dict.fromkeys(article_ids))
    for at in range(0, len(ids), _ROWS_AN_INSERT):
        part = ids[at : at + _ROWS_AN_INSERT]
        # Where it is indexed now, should it move to another: the consumer sees where it belongs.
        locales: dict[int, str] = dict(
            Article.objects.filter(pk__in=part).values_list("pk", "locale__language_code")
        ) | dict(ArticleText.objects.filter(pk__in=part).values_list("pk", "locale"))
        announce_in_locales({pk: locales[pk] for pk in part if pk in locales})


def announce_below(tree_path: str) -> None:
    """``announce`` every article of a subtree, itself included. Drafts cost a row and no more."""
    rows = Article.objects.filter(path__startswith=tree_path)
    announce_in_locales(dict(rows.values_list("pk", "locale__language_code")))


def announce_in_locales(locales: Mapping[int, str]) -> None:
    """``announce`` where the locale is known: ``{article id: locale}``."""
    if not locales:
        return
    with transaction.atomic():
        OutboxEntry.objects.bulk_create(
            [OutboxEntry(article_id=pk, locale=locale) for pk, locale in locales.items()],
            batch_size=_ROWS_AN_INSERT,
        )
    # Robust: a task that cannot be queued is logged; the worker's own round finds the rows.
    transaction.on_commit(_request_drain, robust=True)


def _request_drain() -> None:
    waiting = DBTaskResult.objects.ready().filter(task_path=drain_all.module_path)
    if not waiting.exists():
        drain_all.enqueue()
