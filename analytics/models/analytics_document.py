"""Analytics that a client worked out and posted, kept to be given back unchanged."""

import uuid

from django.db import models

from ..crypto.fields import EncryptedJSONField
from .session import TherapistSession


class AnalyticsList(models.TextChoices):
    """The parts of ``analyticsData``, under their names on the wire."""

    SESSION_METRICS = "sessionMetrics"
    SKILL_PROGRESS = "skillProgress"
    SUMMARY_STATS = "summaryStats"
    PROGRESS_SNAPSHOTS = "progressSnapshots"
    COMPARATIVE_DATA = "comparativeData"


class AnalyticsDocument(models.Model):
    """Which parts were posted for a session, empty ones included. The newest post stands."""

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
    """One element of a posted part. ``at`` dates it, where it has a date, for ``timeRange``.

    The body may hold free text (labels), so it is encrypted; only its date is in the clear.
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
