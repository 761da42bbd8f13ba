"""Ratings of a therapist's skills in a session."""

from django.conf import settings
from django.db import models

from .bounds import NAME_LENGTH, SCORE, within_100
from .session import TherapistSession


class SkillScore(models.Model):
    """One rating of one skill. Ratings are appended and never changed.

    ``therapist`` repeats that of the session, so that one index serves a therapist's skills.
    """

    session = models.ForeignKey(
        TherapistSession, on_delete=models.CASCADE, related_name="skill_scores", db_index=False
    )
    therapist = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    seq = models.PositiveIntegerField(help_text="Live event id within the session.")
    skill = models.CharField(max_length=NAME_LENGTH)
    score = models.FloatField(validators=SCORE, help_text="0 to 100.")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="skill_score_event"),
            models.CheckConstraint(name="skill_score_value", condition=within_100("score")),
        ]
        indexes = [
            models.Index(fields=["therapist", "skill", "-recorded_at"], name="skill_of_therapist"),
        ]

    def __str__(self) -> str:
        return f"{self.skill}: {self.score}"
