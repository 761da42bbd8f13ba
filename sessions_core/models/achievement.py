"""Achievements, awarded once and kept."""

from django.conf import settings
from django.db import models

from .session import Session


class AwardedAchievement(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="achievements"
    )
    code = models.CharField(max_length=50)
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="achievements", help_text="Earned here."
    )
    awarded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code"], name="achievement_once")]

    def __str__(self) -> str:
        return self.code
