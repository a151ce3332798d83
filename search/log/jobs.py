"""What the log does by itself, and how often."""

from search.indexing import periodic
from search.log.retention import apply_retention
from search.log.rollups import roll_up_closed_days
from search.log.shipping import ship_events

MINUTE = 60


def register_jobs() -> None:
    """Register them; each may be run at any time and any number of times."""
    periodic.register("ship-search-events", MINUTE, ship_events)
    periodic.register("roll-up-searches", 15 * MINUTE, roll_up_closed_days)
    periodic.register("search-log-retention", 60 * MINUTE, apply_retention)
