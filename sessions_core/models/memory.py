"""What a learner remembers of an item, as the scheduler keeps it."""

from django.conf import settings
from django.db import models

from .activity import Activity, Item
from .revision import Revised


class ItemMemory(Revised):
    """The FSRS state of one item for one learner. ``due_at`` is when to show it again.

    Derived from the attempts at the end of each session. ``activity`` is the item's own, kept here
    so that what is due in one activity is a range of one index.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="item_memories",
        db_index=False,
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="memories")
    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    state = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField(null=True)
    stability = models.FloatField(null=True)
    difficulty = models.FloatField(null=True)
    due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "item memories"
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="memory_of_item")]
        indexes = [models.Index(fields=["user", "activity", "due_at"], name="memory_due")]

    def __str__(self) -> str:
        return f"{self.item_id}: due {self.due_at:%Y-%m-%d}"
