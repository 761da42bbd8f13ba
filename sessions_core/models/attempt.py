"""Answers, one row each. The row is also its own event: replay and retries read it."""

from django.db import models

from .activity import Item
from .counts import CountField, never_negative
from .session import Session


class Attempt(models.Model):
    """One answer, numbered within its session, with the session's counters as they then stood.

    The primary key ``(session, seq)`` serves replay, recount and display by one index. Every unique
    key begins with the session, so that the table can be partitioned by a hash of it. Append-only.
    """

    pk = models.CompositePrimaryKey("session_id", "seq")
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    seq = CountField()
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    answer = models.CharField(max_length=500, blank=True)
    correct = models.BooleanField()
    close = models.BooleanField(default=False, help_text="A near miss.")
    response_ms = CountField()
    created_at = models.DateTimeField()
    key = models.UUIDField(
        null=True,
        help_text="Digest of the owner and the idempotency key.",
    )

    answered_count = CountField()
    attempt_count = CountField()
    correct_count = CountField()
    current_streak = CountField()
    next_item_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["session_id", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "key"],
                name="attempt_key_in_session",
                condition=models.Q(key__isnull=False),
            ),
            never_negative(
                "attempt_counts",
                "seq",
                "response_ms",
                "answered_count",
                "attempt_count",
                "correct_count",
                "current_streak",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer!r} ({'correct' if self.correct else 'wrong'})"


class SeenItem(models.Model):
    """An item answered in a session without a plan, so that distinct items can be counted."""

    pk = models.CompositePrimaryKey("session_id", "item_id")
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="seen_items", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"item {self.item_id} in session {self.session_id}"
