"""A learner's practice by calendar day."""

from django.conf import settings
from django.db import models


class PracticeDay(models.Model):
    """Totals of the sessions begun on one local day, in the zone each was begun in.

    Kept by the verbs under the session's lock and rebuilt by ``manage.py verify_stats``.
    Standalone answers are in none of these.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="practice_days",
        db_index=False,
    )
    day = models.DateField()
    started = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    practised = models.PositiveIntegerField(
        default=0, help_text="Ended, and not abandoned: what a streak counts."
    )
    completed = models.PositiveIntegerField(default=0, help_text="Ended and fully completed.")
    seconds = models.PositiveBigIntegerField(default=0, help_text="Of the ended sessions.")
    attempts = models.PositiveIntegerField(default=0)
    correct = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_row_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.ended} sessions"
