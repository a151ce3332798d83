"""A change of a rule, however it came about, raises the version of the rules."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from search.query.rules import forget_rules
from search.tuning.models import Calibration, Promotion, Synonym
from search.tuning.rules import raise_version


@receiver([post_save, post_delete], sender=Synonym, dispatch_uid="search_tuning.synonym")
@receiver([post_save, post_delete], sender=Promotion, dispatch_uid="search_tuning.promotion")
@receiver([post_save, post_delete], sender=Calibration, dispatch_uid="search_tuning.calibration")
def rules_changed(**kwargs: Any) -> None:
    """All processes look within seconds; this one, which shows the effect, at once."""
    raise_version()
    transaction.on_commit(forget_rules)
