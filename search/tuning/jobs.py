"""What tuning does by itself, and how often."""

from search.indexing import periodic
from search.tuning.calibration import (
    calibrate_where_due,
    notice_new_questions,
    notice_new_translations,
)
from search.tuning.golden import run_all

MINUTE = 60
DAY = 24 * 60 * MINUTE


def register_jobs() -> None:
    """Register the daily run of the golden questions, and the measuring of thresholds: where it
    is due, and once a day whether readers or translations have made it due."""
    periodic.register("golden-questions", DAY, run_all)
    periodic.register("new-answered-questions", DAY, notice_new_questions)
    periodic.register("new-translations", DAY, notice_new_translations)
    # Often: it waits for vectors and indexes, and until it has run no question is unanswered.
    periodic.register("calibrate", MINUTE / 2, calibrate_where_due)
