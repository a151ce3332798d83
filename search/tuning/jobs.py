"""What tuning does by itself, and how often."""

from search.indexing import periodic
from search.tuning.golden import run_all

DAY = 24 * 60 * 60


def register_jobs() -> None:
    """Register the daily run of the golden questions."""
    periodic.register("golden-questions", DAY, run_all)
