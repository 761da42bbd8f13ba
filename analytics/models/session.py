"""A therapist's training session with a client, real or simulated."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from ..crypto.fields import EncryptedTextField
from .bounds import SCORE, within_100


class Status(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


OPEN = (Status.ACTIVE, Status.PAUSED)


class TherapistSession(models.Model):
    """All measurements belong to a session. ``last_seq`` is the number of its newest live event."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    therapist = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="therapist_sessions",
        db_index=False,
    )
    client_id = EncryptedTextField(help_text="Whom the session was with, in the therapist's words.")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.ACTIVE)
    progress = models.FloatField(default=0, validators=SCORE, help_text="0 to 100.")
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="therapist_session_progress", condition=within_100("progress")
            ),
        ]
        indexes = [
            models.Index(fields=["therapist", "-started_at", "-id"], name="session_of_therapist"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.status})"
