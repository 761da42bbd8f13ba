"""Metrics of a session as reported by the client, and the feedback sent with them."""

import uuid

from django.conf import settings
from django.db import models

from ..crypto.fields import EncryptedTextField
from .bounds import SCORE, within_100
from .session import TherapistSession


class ProgressRecord(models.Model):
    """One report of a session's metrics; the newest one is current. Durations are in seconds."""

    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="progress_records", db_index=False
    )
    total_messages = models.PositiveIntegerField()
    therapist_messages = models.PositiveIntegerField()
    client_messages = models.PositiveIntegerField()
    session_duration = models.FloatField(help_text="Seconds.")
    active_time = models.FloatField(help_text="Seconds.")
    response_time = models.FloatField(help_text="Average, in seconds.")
    conversation_flow = models.FloatField(validators=SCORE, help_text="0 to 100.")
    skill_scores = models.JSONField(default=dict, help_text="{skill name: 0 to 100}")
    milestones_reached = models.JSONField(default=list, help_text="Names, in the order reached.")
    last_milestone_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(name="progress_flow", condition=within_100("conversation_flow")),
        ]
        indexes = [
            models.Index(fields=["session", "-recorded_at", "-id"], name="progress_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.total_messages} messages at {self.recorded_at:%Y-%m-%d %H:%M}"


class ProgressFeedback(models.Model):
    """Free text sent with a report of metrics; ``author`` is null once the person is erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="feedback", db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = EncryptedTextField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "progress feedback"
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["session", "created_at"], name="feedback_of_session")]

    def __str__(self) -> str:
        return f"feedback at {self.created_at:%Y-%m-%d %H:%M}"
