"""Evaluations of therapists' sessions, their earlier versions, and their word index."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from analytics.crypto.fields import EncryptedTextField
from analytics.models import TherapistSession

MIN_RATING, MAX_RATING = 1, 5


class Evaluation(models.Model):
    """One evaluator's rating of a session; ``evaluator`` is null once the person is erased.

    ``recording.edit`` alone changes rows, because it keeps the earlier version.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="evaluations", db_index=False
    )
    evaluator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="evaluations_written",
    )
    rating = models.PositiveSmallIntegerField(help_text="1 to 5.")
    feedback = EncryptedTextField()
    comments = EncryptedTextField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="evaluation_rating",
                condition=Q(rating__gte=MIN_RATING, rating__lte=MAX_RATING),
            ),
        ]
        indexes = [
            models.Index(fields=["session", "-created_at", "-id"], name="evaluation_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.rating}"


class EvaluationVersion(models.Model):
    """An evaluation as it was before an edit."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    version = models.PositiveIntegerField()
    rating = models.PositiveSmallIntegerField()
    feedback = EncryptedTextField()
    comments = EncryptedTextField()
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "version"], name="version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id} version {self.version}"


class EvaluationWord(models.Model):
    """A word of an evaluation's text, as its keyed digest (``analytics.crypto.index``)."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.CASCADE, related_name="words", db_index=False
    )
    digest = models.BinaryField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "digest"], name="word_once"),
        ]
        indexes = [models.Index(fields=["digest"], name="word_digest")]

    def __str__(self) -> str:
        return f"word of {self.evaluation_id}"
