"""A session's progress over time."""

from django.db import models

from .bounds import SCORE, within_100
from .session import TherapistSession


class Snapshot(models.Model):
    """Progress at one moment. A second report of the moment replaces value and ``seq``."""

    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="snapshots", db_index=False
    )
    seq = models.PositiveIntegerField(help_text="Live event id within the session.")
    timestamp = models.DateTimeField()
    value = models.FloatField(validators=SCORE, help_text="0 to 100.")

    class Meta:
        ordering = ["timestamp"]
        constraints = [
            models.UniqueConstraint(fields=["session", "timestamp"], name="snapshot_once"),
            models.CheckConstraint(name="snapshot_value", condition=within_100("value")),
        ]
        indexes = [models.Index(fields=["session", "seq"], name="snapshot_event")]

    def __str__(self) -> str:
        return f"{self.value} at {self.timestamp:%Y-%m-%d %H:%M:%S}"
