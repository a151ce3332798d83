"""People who sign in: readers, editors, reviewers, support leads and agents."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's own account, under a name of ours so that it can grow without a data migration."""
