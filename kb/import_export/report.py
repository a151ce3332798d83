"""What an import did: the figures every run ends with."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field


class ImportFailure(Exception):
    """The import as a whole cannot run; the message says why, in one line."""


class Unreadable(Exception):
    """One file cannot become an article; the message says why, for a person."""


@dataclass(frozen=True)
class Skipped:
    """A file that was left out. ``source`` is its path below the given folder."""

    source: str
    reason: str


@dataclass
class Report:
    """Counts and lists of one run. Articles are named by their path below the given folder."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    redirects: int = 0
    seconds: float = 0.0
    unpublished: list[str] = field(default_factory=list)
    missing_images: int = 0
    unresolved_links: int = 0
    low_human_translation: list[str] = field(default_factory=list)
    dry_run: bool = False

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, ready for JSON."""
        return asdict(self)

    def lines(self) -> Iterable[str]:
        """The report for a person."""
        yield (
            f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged, "
            f"{len(self.skipped)} skipped in {self.seconds:.1f} s"
            + (" (dry run: nothing was written)" if self.dry_run else "")
        )
        yield (
            f"{self.redirects} redirects, {self.missing_images} images missing, "
            f"{self.unresolved_links} links to nothing"
        )
        yield from (f"skipped {file.source}: {file.reason}" for file in self.skipped)
        yield from (f"not published {source}" for source in self.unpublished)
        yield from (f"mostly machine translated {source}" for source in self.low_human_translation)
