"""A site of N articles for the bench, in a data folder of its own."""

import json
import time
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import islice
from uuid import uuid4

from django.core.management import call_command
from django.utils import timezone
from wagtail.blocks import StreamValue
from wagtail.models import Locale

from kb.import_export.tree import add_children
from kb.models import Article, Topic
from search import engines
from search.evaluation.bench_vectors import fill_vectors
from search.indexing.rebuild import rebuild_index

BATCH = 200

Progress = Callable[[str], None]


def fill_site(documents: int, corpus: str, progress: Progress) -> dict[str, float]:
    """Set up, import ``corpus``, bring the number of live articles to ``documents``, index.

    Articles beyond the corpus are recombined from halves of real ones; where the corpus has
    more, the rest is taken offline. Returns ``import_s`` (with indexing), ``build_s`` (a rebuild
    of all indices by words) and, with an embedder, what ``fill_vectors`` says and
    ``build_with_vectors_s``, all in seconds.
    """
    progress("setting up")
    call_command("migrate", verbosity=0)
    call_command("setup_portal", stdout=StringIO())
    progress(f"importing {corpus}")
    report = StringIO()
    call_command("import_articles", corpus, json=True, stdout=report)
    live = Article.objects.live().count()
    if live > documents:
        _take_offline(live - documents)
    elif live < documents:
        progress(f"making {documents - live} more articles")
        _recombine(documents - live)
    progress("building the index")
    figures = {"import_s": json.loads(report.getvalue())["seconds"], "build_s": _rebuilt()}
    progress("making vectors")
    if vectors := fill_vectors():
        progress("building the index with vectors")
        figures |= vectors | {"build_with_vectors_s": _rebuilt()}
    return figures


def _rebuilt() -> float:
    start = time.perf_counter()
    for engine in engines.indexes():
        rebuild_index(engine)
    return round(time.perf_counter() - start, 1)


def _take_offline(number: int) -> None:
    surplus = Article.objects.live().order_by("-pk").values_list("pk", flat=True)[:number]
    Article.objects.filter(pk__in=list(surplus)).update(live=False)


def _recombine(number: int) -> None:
    locales = list(Locale.objects.filter(language_code__in=("en", "ja")))
    for index, locale in enumerate(locales):
        share = number // len(locales) + (index < number % len(locales))
        topic = Topic.objects.get(depth=3, locale=locale)
        made = islice(_halves(locale), share)
        while batch := list(islice(made, BATCH)):
            add_children([(topic.pk, article) for article in batch])


def _halves(locale: Locale) -> Iterator[Article]:
    """Endless new articles: the first half of one, the second half of another."""
    originals = list(
        Article.objects.live()
        .filter(locale=locale)
        .order_by("pk")
        .values("title", "short_answer", "body")
    )
    distance = 1
    while True:
        for at, first in enumerate(originals):
            yield _combined(first, originals[(at + distance) % len(originals)], locale)
        distance += 1


def _combined(first: dict[str, object], second: dict[str, object], locale: Locale) -> Article:
    now = timezone.now()
    title, other = str(first["title"]), str(second["title"])
    return Article(
        title=f"{title[: len(title) // 2]}{other[len(other) // 2 :]}"[:255] or "x",
        slug=uuid4().hex,
        locale=locale,
        short_answer=str(first["short_answer"]),
        body=_half_bodies(first["body"], second["body"]),
        first_published_at=now,
        last_published_at=now,
    )


def _half_bodies(first: object, second: object) -> str:
    one, other = _blocks(first), _blocks(second)
    return json.dumps(one[: len(one) // 2] + other[len(other) // 2 :])


def _blocks(body: object) -> list[object]:
    return list(body.raw_data) if isinstance(body, StreamValue) else json.loads(str(body or "[]"))
