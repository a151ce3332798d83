"""The closed lists of tuning."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SynonymKind(TextChoices):
    """Which way a synonym works.

    TWO_WAY: each word finds the others. ONE_WAY: what stands left of the arrow also finds what
    stands right of it, and not the other way round.
    """

    TWO_WAY = "two_way", _("Two-way: each word finds the others")
    ONE_WAY = "one_way", _("One-way: the left side finds the right side")


class GoldenOrigin(TextChoices):
    """Where a golden question comes from."""

    HAND = "hand", _("Written by hand")
    GAP = "gap", _("A gap that was closed")
    CLICK = "click", _("What readers opened")
