"""What learners remember, as rows without what model instances cost."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import randbits
from typing import Any

from ..models import Item, ItemMemory
from ..models.activity import ItemType

#: The columns that a review changes.
STATE = ("state", "step", "stability", "difficulty", "due_at", "reviewed_at")
_READ = ("state", "step", "stability", "difficulty", "reviewed_at", "revision")


@dataclass(slots=True)
class Memory:
    """A learner's ``ItemMemory``. ``state`` is ``None`` where there is no row yet."""

    item_id: int
    activity_id: int
    state: int | None = None
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    reviewed_at: datetime | None = None
    revision: int | None = None
    due_at: datetime | None = None  # Known of one that was reviewed here.

    def forgotten(self) -> "Memory":
        return Memory(self.item_id, self.activity_id, revision=self.revision)


def locked(user_id: int, item_ids: Collection[int]) -> list[Memory]:
    """The learner's memory of those of the items that are remembered, in the order of their ids.

    Rows there are stay locked until the transaction ends.
    """
    items = Item.objects.filter(pk__in=item_ids).exclude(type=ItemType.POSE).order_by("pk")
    known = ItemMemory.objects.filter(user_id=user_id, item_id__in=item_ids)
    known = known.order_by("item_id").select_for_update()
    states = {row[0]: row[1:] for row in known.values_list("item_id", *_READ)}
    return [Memory(*row, *states.get(row[0], ())) for row in items.values_list("pk", "activity_id")]


def write(user_id: int, reviewed: Sequence[Memory]) -> None:
    """Insert or update them all, in the order given."""
    ItemMemory.objects.bulk_create(
        [ItemMemory(user_id=user_id, **columns(row)) for row in reviewed],
        update_conflicts=True,
        unique_fields=["user", "item"],
        update_fields=[*STATE, "revision"],
    )


def columns(row: Memory) -> dict[str, Any]:
    """The columns of the row that is to be written, without its learner."""
    # Two sessions may begin a memory at once, and one overwrites the other's row: numbers drawn by
    # lot tell the two apart.
    revision = randbits(31) if row.revision is None else row.revision + 1
    return {**asdict(row), "revision": revision}


def forget(user_id: int, item_ids: Collection[int]) -> None:
    ItemMemory.objects.filter(user_id=user_id, item_id__in=item_ids).delete()
