"""What an import has to do: the files compared with the articles that are there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from django.utils.translation import gettext as _

from kb.import_export.parse import Header
from kb.import_export.report import Skipped
from kb.import_export.toc import Contents
from kb.models import Article
from kb.models import Topic as TopicPage

CONTENT_DIGITS = 47


@dataclass(frozen=True)
class Existing:
    """An article of an earlier import. ``digest`` is empty when that import broke off."""

    pk: int
    digest: str
    parent_path: str
    edited: bool


@dataclass(frozen=True)
class Task:
    """One file to be written. ``pk`` is None until there is a page; ``new``: it has no content."""

    header: Header
    digest: str
    topic: str | None  # source key; None for the root topic
    pk: int | None = None
    new: bool = False
    content_changed: bool = True
    moved: bool = False

    @property
    def page_id(self) -> int:
        """The id of the page, once there is one."""
        if self.pk is None:
            raise ValueError(f"{self.header.source} has no page yet")
        return self.pk


@dataclass
class Plan:
    """Everything one locale's import has to do."""

    create: list[Task] = field(default_factory=list)
    update: list[Task] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    page_ids: dict[str, int] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        """How many articles get another place."""
        return sum(task.moved for task in self.update)


def stored_digest(content: str, topic: str | None) -> str:
    """What ``Article.source_digest`` keeps: hashes of the content and of the place in it.

    They are told apart so that an article which an editor put elsewhere stays there until the
    table of contents itself changes.
    """
    place = sha256((topic or "").encode()).hexdigest()
    return f"{content[:CONTENT_DIGITS]}-{place[: 63 - CONTENT_DIGITS]}"


def existing_articles(root: TopicPage) -> dict[str, Existing]:
    """Articles below ``root`` that an import made, by source key."""
    # The importer's revisions have no author; whoever edits in the admin leaves their name.
    rows = (
        Article.objects.descendant_of(root)
        .exclude(source_key="")
        .values_list("source_key", "pk", "source_digest", "path", "latest_revision__user")
    )
    return {
        key: Existing(pk, digest, path[: -Article.steplen], edited=editor is not None)
        for key, pk, digest, path, editor in rows
    }


def make_plan(
    headers: Iterable[Header],
    *,
    contents: Contents,
    existing: Mapping[str, Existing],
    topic_paths: Mapping[str | None, str],
    overwrite: bool,
) -> Plan:
    """Compare ``headers`` with the ``existing`` articles.

    ``topic_paths`` are the tree paths of the topic pages that exist, by source key. Articles that
    somebody edited since their import are skipped with that reason unless ``overwrite``.
    """
    plan = Plan(page_ids={key: article.pk for key, article in existing.items()})
    for header in headers:
        topic = contents.topic_of[header.key]
        topic_key = topic.key if topic else None
        digest = stored_digest(header.digest, topic_key)
        found = existing.get(header.key)
        if found is None or not found.digest:
            pk = found.pk if found else None
            plan.create.append(Task(header, digest, topic_key, pk=pk, new=True))
        elif found.digest == digest:
            plan.unchanged += 1
        else:
            _add_update(plan, header, digest, topic_key, found, topic_paths, overwrite=overwrite)
    return plan


def _add_update(
    plan: Plan,
    header: Header,
    digest: str,
    topic: str | None,
    found: Existing,
    topic_paths: Mapping[str | None, str],
    *,
    overwrite: bool,
) -> None:
    content, _dash, place = digest.partition("-")
    content_changed = not found.digest.startswith(content)
    place_changed = not found.digest.endswith(f"-{place}")
    if content_changed and found.edited and not overwrite:
        reason = _("edited here since the last import")
        plan.skipped.append(Skipped(header.source, reason))
        return
    plan.update.append(
        Task(
            header,
            digest,
            topic,
            pk=found.pk,
            content_changed=content_changed,
            moved=place_changed and topic_paths.get(topic) != found.parent_path,
        )
    )
