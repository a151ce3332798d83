"""What support leads decide about questions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class HiddenQuestion(models.Model):
    """A question that the reports leave out, by its hash (which holds the locale): never a text."""

    question = models.CharField(max_length=16, unique=True)
    locale = models.CharField(_("language"), max_length=12)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    hidden_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        permissions = [("view_failedsearches", _("Can see, hide and erase failed searches"))]
        verbose_name = _("hidden question")
        verbose_name_plural = _("hidden questions")

    def __str__(self) -> str:
        return self.question
