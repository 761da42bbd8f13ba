"""Milestones of a session."""

import uuid

from django.db import models

from ..crypto.fields import EncryptedJSONField
from .bounds import NAME_LENGTH, SCORE, within_100
from .session import TherapistSession


class Milestone(models.Model):
    """A milestone is reached once in a session; later reports of it are ignored.

    ``value`` is the progress at the time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="milestones", db_index=False
    )
    seq = models.PositiveIntegerField(help_text="Live event id within the session.")
    name = models.CharField(max_length=NAME_LENGTH)
    value = models.FloatField(validators=SCORE, help_text="0 to 100.")
    achieved_at = models.DateTimeField()
    metadata = EncryptedJSONField()

    class Meta:
        ordering = ["achieved_at", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["session", "name"], name="milestone_once"),
            models.CheckConstraint(name="milestone_value", condition=within_100("value")),
        ]
        indexes = [models.Index(fields=["session", "seq"], name="milestone_event")]

    def __str__(self) -> str:
        return self.name
