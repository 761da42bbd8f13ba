"""What there is for a learner to practise in an activity, tier by tier.

Each tier is a range of an index, cut at the number of items still wanted.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from ..models import Item, ItemMemory
from ..models.activity import Difficulty

Levels = tuple[str, str, str]

# The wanted difficulty first, then its neighbours, the easier one before the harder.
NEAREST: dict[str, Levels] = {
    Difficulty.EASY: (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD),
    Difficulty.MEDIUM: (Difficulty.MEDIUM, Difficulty.EASY, Difficulty.HARD),
    Difficulty.HARD: (Difficulty.HARD, Difficulty.MEDIUM, Difficulty.EASY),
}


def tiers(
    user_id: int | None, activity_id: int, count: int, difficulty: str, now: datetime
) -> Iterator[list[int]]:
    """Item ids: those due, those never met, those due later; together at most ``count``."""
    due = _memories(user_id, activity_id).filter(due_at__lte=now)
    later = _memories(user_id, activity_id).filter(due_at__gt=now)
    found = list(due[:count])
    yield found
    count -= len(found)
    found = _new(user_id, activity_id, count, NEAREST[difficulty])
    yield found
    count -= len(found)
    yield list(later[:count]) if count else []


def _memories(user_id: int | None, activity_id: int) -> QuerySet:
    """The ids of the remembered items, the earliest due first; none for a guest."""
    if user_id is None:
        return ItemMemory.objects.none()
    rows = ItemMemory.objects.filter(user_id=user_id, activity=activity_id, item__is_active=True)
    return rows.order_by("due_at", "item_id").values_list("item_id", flat=True)


def _new(user_id: int | None, activity_id: int, count: int, levels: Levels) -> list[int]:
    """Items without a memory, one query for each difficulty until there are enough."""
    items = Item.objects.filter(activity=activity_id, is_active=True).order_by("position", "pk")
    if user_id is not None:
        remembered = ItemMemory.objects.filter(user_id=user_id, item_id=OuterRef("pk"))
        items = items.filter(~Exists(remembered))
    found: list[int] = []
    for level in levels:
        if len(found) < count:
            rows = items.filter(difficulty=level).values_list("pk", flat=True)
            found += rows[: count - len(found)]
    return found
