"""How far a long job is."""

from typing import Protocol


class Progress(Protocol):
    """Told what is being done and how much of it is."""

    def stage(self, label: str, total: int) -> None:
        """A new stage begins, of ``total`` steps."""

    def advance(self, steps: int = 1) -> None:
        """So many more steps of the stage are done."""


class Silent:
    """Shows nothing."""

    def stage(self, label: str, total: int) -> None:
        """See Progress."""

    def advance(self, steps: int = 1) -> None:
        """See Progress."""
