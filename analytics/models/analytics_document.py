"""Analytics that a client computed and posted. They are returned unchanged."""

import uuid

from django.db import models

from ..crypto.fields import EncryptedJSONField
from .session import TherapistSession


class AnalyticsList(models.TextChoices):
    """The parts of ``analyticsData``, under their names in the API."""

    SESSION_METRICS = "sessionMetrics"
    SKILL_PROGRESS = "skillProgress"
    SUMMARY_STATS = "summaryStats"
    PROGRESS_SNAPSHOTS = "progressSnapshots"
    COMPARATIVE_DATA = "comparativeData"


class AnalyticsDocument(models.Model):
    """Lists the parts that were posted for a session, also empty ones. A new post replaces it."""

    session = models.OneToOneField(
        TherapistSession,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="analytics_document",
    )
    posted = models.JSONField(default=list, help_text="Names of the parts.")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return ", ".join(self.posted)


class AnalyticsEntry(models.Model):
    """One element of a posted part. ``timeRange`` filters by ``at``, null for an undated one.

    The body is encrypted because it may contain free text (labels); the date is not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(
        AnalyticsDocument, on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    part = models.CharField(max_length=17, choices=AnalyticsList.choices)
    position = models.PositiveIntegerField()
    at = models.DateTimeField(null=True)
    body = EncryptedJSONField()

    class Meta:
        verbose_name_plural = "analytics entries"
        ordering = ["part", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "part", "position"], name="entry_place"),
        ]

    def __str__(self) -> str:
        return f"{self.part}[{self.position}]"
