"""Articles from Markdown files: the whole import, from a path to a report."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale

from kb.import_export.images import ImageLibrary
from kb.import_export.includes import load_includes
from kb.import_export.parallel import parse_batches
from kb.import_export.parse import ArticleParser, Header, ImportedArticle
from kb.import_export.plan import Plan, Task, existing_articles, make_plan
from kb.import_export.progress import Progress, Silent
from kb.import_export.report import ImportFailure, Report, Skipped, Unreadable
from kb.import_export.resolve import Resolver
from kb.import_export.source import LocaleFolder, open_source
from kb.import_export.store import ArticleWriter, create_articles, discard
from kb.import_export.toc import Contents, contents_of
from kb.import_export.topics import existing_topics, write_topics
from kb.models import Article
from kb.models import Topic as TopicPage
from kb.signals import articles_imported

BATCH_SIZE = 100
LOW_HUMAN_TRANSLATION = 50  # per cent
ROOT_TOPIC_SLUG = "topics"

Item = TypeVar("Item")


def import_articles(
    path: Path,
    *,
    locale: str | None = None,
    dry_run: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Import the Markdown files of a folder or archive and return when they can be found.

    ``locale`` picks one language; without it all are imported. A second run changes nothing.
    ``overwrite`` also replaces articles that were edited here since their import; ``dry_run``
    writes nothing and reports the same figures. Raises ImportFailure when nothing can be
    imported at all; trouble with one file is reported as skipped.
    """
    started = perf_counter()
    progress = progress or Silent()
    report = Report(dry_run=dry_run)
    codes = [code for code, _name in settings.LANGUAGES]
    if locale is not None and locale not in codes:
        message = _("There is no locale %(locale)s here, only %(known)s.")
        raise ImportFailure(message % {"locale": locale, "known": ", ".join(codes)})
    written: list[int] = []
    with open_source(path, locales=codes, only=locale) as folders:
        sites = [(folder, root_topic(folder.locale)) for folder in folders]
        if not any(folder.articles for folder in folders):
            raise ImportFailure(_("%(path)s holds no Markdown files.") % {"path": path.name})
        for folder, root in sites:
            run = LocaleImport(folder, root, report, progress, overwrite=overwrite)
            written += run.count() if dry_run else run.write()
    if written:
        label = _("Making articles findable")
        progress.stage(label, len(written))
        articles_imported.send(sender=Article, article_ids=written, progress=_relay(progress))
    report.seconds = round(perf_counter() - started, 1)
    return report


def root_topic(locale: str) -> TopicPage:
    """The topic that all others of a locale stand below. Raises ImportFailure without one."""
    root = TopicPage.objects.filter(locale__language_code=locale, slug=ROOT_TOPIC_SLUG, depth=3)
    page: TopicPage | None = root.select_related("locale").first()
    if page is None:
        message = _("The portal has no topics for the locale %(locale)s: run setup_portal first.")
        raise ImportFailure(message % {"locale": locale})
    return page


def _relay(progress: Progress) -> Callable[[int, int], None]:
    """``progress(done, total)`` on top of steps."""
    reported = 0

    def relay(done: int, total: int) -> None:
        nonlocal reported
        progress.advance(done - reported)
        reported = done

    return relay


@dataclass
class LocaleImport:
    """The import of one locale folder below the locale's root topic."""

    folder: LocaleFolder
    root: TopicPage
    report: Report
    progress: Progress
    overwrite: bool = False

    def __post_init__(self) -> None:
        includes = load_includes(self.folder)
        self.report.skipped += includes.skipped
        self.parser = ArticleParser(self.folder, includes)

    @property
    def locale(self) -> Locale:
        """The locale of the pages."""
        return self.root.locale

    def count(self) -> list[int]:
        """A dry run: everything is read and parsed, nothing is written."""
        contents = self._contents()
        headers = self._headers()
        plan = self._plan(headers, contents, existing_topics(self.root))
        known = {header.key: 0 for header in headers} | plan.page_ids
        resolver = Resolver(known, image=lambda block: block)
        for batch in self._batches([*plan.create, *plan.update]):
            for task, article in batch:
                resolver.body(article.body if article else [])
                self._note(task, article)
        self.report.unresolved_links += resolver.unresolved
        self.report.redirects += plan.moved
        return []

    def write(self) -> list[int]:
        """Import the folder; the ids of the articles written."""
        contents = self._contents()
        headers = self._headers()
        with transaction.atomic():
            topics = write_topics(contents, self.root, self.locale)
        topic_ids = _by_key(topics) | {None: self.root.pk}
        plan = self._plan(headers, contents, topics)
        redirects = Redirect.objects.count()
        tasks = self._create(plan.create, contents, topic_ids) + plan.update
        page_ids = plan.page_ids | {task.header.key: task.page_id for task in tasks}
        resolver = Resolver(page_ids, image=ImageLibrary(self.folder.root).resolve)
        writer = ArticleWriter(resolver, topic_ids)
        written: list[int] = []
        for batch in self._batches(tasks):
            written += self._write_batch(writer, batch)
        self.report.unresolved_links += resolver.unresolved
        self.report.redirects += Redirect.objects.count() - redirects
        return written

    # --- Reading ----------------------------------------------------------------------------
    def _contents(self) -> Contents:
        tables = {}
        for key in self.folder.tables_of_contents:
            try:
                tables[key] = self.folder.read(key)
            except Unreadable as error:
                self._skip(self.folder.label(key), error)
        return contents_of(tables, self.folder.articles)

    def _headers(self) -> list[Header]:
        """The heads of all readable files; the others are reported."""
        self.progress.stage(_("Reading %s") % self.folder.locale, len(self.folder.articles))
        headers = []
        for key in self.folder.articles:
            try:
                header = self.parser.header(key)
            except Unreadable as error:
                self._skip(self.folder.label(key), error)
            else:
                headers.append(header)
                self._note_header(header)
            self.progress.advance()
        return headers

    def _note_header(self, header: Header) -> None:
        if header.metadata.hidden:
            self.report.unpublished.append(header.source)
        share = header.metadata.human_translation
        if share is not None and share < LOW_HUMAN_TRANSLATION:
            self.report.low_human_translation.append(header.source)

    def _plan(self, headers: list[Header], contents: Contents, topics: dict[str, int]) -> Plan:
        """What to do, in the order of the tables of contents."""
        order = {key: position for position, key in enumerate(contents.order)}
        pages = TopicPage.objects.in_bulk([*topics.values(), self.root.pk])
        paths = _by_key({key: pages[pk].path for key, pk in topics.items()})
        plan = make_plan(
            sorted(headers, key=lambda header: order[header.key]),
            contents=contents,
            existing=existing_articles(self.root),
            topic_paths=paths | {None: self.root.path},
            overwrite=self.overwrite,
        )
        self.report.unchanged += plan.unchanged
        self.report.skipped += plan.skipped
        return plan

    def _batches(
        self, tasks: Sequence[Task]
    ) -> Iterator[list[tuple[Task, ImportedArticle | None]]]:
        """The tasks with their parsed articles, so many at a time that memory stays flat.

        None stands for an article whose place alone changed; what cannot be parsed is left out.
        """
        self.progress.stage(_("Importing %s") % self.folder.locale, len(tasks))
        parts = [*_batched(tasks, BATCH_SIZE)]
        headers = [[task.header for task in part if task.content_changed] for part in parts]
        for part, parsed in zip(parts, parse_batches(self.parser, headers), strict=True):
            articles = iter(parsed)
            batch: list[tuple[Task, ImportedArticle | None]] = []
            for task in part:
                article = next(articles) if task.content_changed else None
                if isinstance(article, Unreadable):
                    self._skip(task.header.source, article)
                    discard(task)
                else:
                    batch.append((task, article))
            yield batch
            self.progress.advance(len(part))

    # --- Writing ----------------------------------------------------------------------------
    def _create(
        self, tasks: list[Task], contents: Contents, topic_ids: dict[str | None, int]
    ) -> list[Task]:
        created: list[Task] = []
        for part in _batched(tasks, BATCH_SIZE):
            created += create_articles(part, topic_ids, self.locale)
        return created

    def _write_batch(
        self, writer: ArticleWriter, batch: list[tuple[Task, ImportedArticle | None]]
    ) -> list[int]:
        failed = writer.write(batch)
        for task, article in batch:
            if task.pk in failed:
                self._skip(task.header.source, failed[task.page_id])
            else:
                self._note(task, article)
        return [task.page_id for task, _article in batch if task.pk not in failed]

    def _note(self, task: Task, article: ImportedArticle | None) -> None:
        if task.new:
            self.report.created += 1
        else:
            self.report.updated += 1
        if article is not None:
            self.report.missing_images += article.missing_images
            self.report.unresolved_links += len(article.unresolved_links)

    def _skip(self, source: str, error: Exception) -> None:
        self.report.skipped.append(Skipped(source, str(error) or type(error).__name__))


def _by_key(topics: dict[str, Item]) -> dict[str | None, Item]:
    """``topics`` with room for None, which stands for the root topic."""
    return dict(topics.items())


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
