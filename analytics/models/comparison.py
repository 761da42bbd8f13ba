"""Stored comparisons of two sessions of one therapist."""

import uuid

from django.conf import settings
from django.db import models

from .bounds import SCORE, within_100
from .session import TherapistSession


class Trend(models.TextChoices):
    IMPROVING = "improving"
    DECLINING = "declining"
    STABLE = "stable"


class Comparison(models.Model):
    """The changes between the two sessions, the trend, and the figures behind it.

    ``evidence`` is ``comparing.ComparisonResult.evidence()`` as computed at ``analyzed_at``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    therapist = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="therapist_comparisons",
        db_index=False,
    )
    current = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="comparisons"
    )
    previous = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="later_comparisons"
    )
    improvement_score = models.FloatField(validators=SCORE, help_text="0 to 100; 50: no change.")
    progress_improvement = models.FloatField(null=True)
    skill_score_improvement = models.FloatField(null=True)
    response_time_improvement = models.FloatField(
        null=True, help_text="Seconds; positive when the response became faster."
    )
    trend = models.CharField(max_length=9, choices=Trend.choices)
    evidence = models.JSONField(default=dict)
    analyzed_at = models.DateTimeField()

    class Meta:
        ordering = ["-analyzed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="comparison_score", condition=within_100("improvement_score")
            ),
        ]
        indexes = [
            models.Index(fields=["therapist", "-analyzed_at"], name="comparison_of_therapist"),
        ]

    def __str__(self) -> str:
        return f"{self.trend} ({self.analyzed_at:%Y-%m-%d})"
