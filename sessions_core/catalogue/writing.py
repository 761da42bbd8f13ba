"""Writing activities and items: many at once for imports, one for the admin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max

from ..models import Activity, Item
from ..models.activity import ActivityType
from .forms import index_forms
from .rows import BadItem, ItemRow, refusal

_FIELDS = (
    "position",
    "type",
    "prompt",
    "answer",
    "alternatives",
    "explanation",
    "tags",
    "difficulty",
    "duration_seconds",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """How many items were new, changed, and already as told."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


def save_activity(
    key: str, name: str, type: str = ActivityType.FLASHCARDS, **fields: Any
) -> Activity:
    """The activity of this key, made or brought up to date."""
    activity, _ = Activity.objects.update_or_create(
        key=key, defaults={"name": name, "type": type, **fields}
    )
    return activity


def save_items(activity: Activity, rows: Iterable[ItemRow], batch_size: int = 1000) -> Saved:
    """Insert or update by (activity, key), a batch to a transaction. Retired items stay retired.

    Of two rows with one key the later stands. Raises ``BadItem`` at a row that ``refusal`` names;
    the batches before it are kept, and running again goes on from there.
    """
    return _in_batches(_save_batch, activity, rows, batch_size)


def compare_items(activity: Activity, rows: Iterable[ItemRow], batch_size: int = 1000) -> Saved:
    """What ``save_items`` would do, with nothing written. ``activity`` may be unsaved."""
    return _in_batches(_compare_batch, activity, rows, batch_size)


def save(item: Item) -> Item:
    """Save one edited item, and let the judge know its forms."""
    with transaction.atomic():
        item.save()
        index_forms([item])
    return item


def _in_batches(
    take: Callable[[Activity, dict[str, ItemRow]], Saved],
    activity: Activity,
    rows: Iterable[ItemRow],
    batch_size: int,
) -> Saved:
    saved = Saved()
    rows = iter(rows)
    while batch := list(islice(rows, batch_size)):
        saved += take(activity, {row.key: row for row in batch})
    return saved


@transaction.atomic
def _save_batch(activity: Activity, rows: dict[str, ItemRow]) -> Saved:
    changed, saved = _changes(activity, rows)
    Item.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["activity", "key"],
        update_fields=_FIELDS,
    )
    index_forms(changed)
    return saved


def _compare_batch(activity: Activity, rows: dict[str, ItemRow]) -> Saved:
    return _changes(activity, rows)[1]


def _changes(activity: Activity, rows: dict[str, ItemRow]) -> tuple[list[Item], Saved]:
    """The items to write, and how many of them are new. Raises ``BadItem``."""
    for row in rows.values():
        if reason := refusal(row):
            raise BadItem(f"{row.key[:50]!r}: {reason}")
    items = Item.objects.filter(activity_id=activity.pk)
    held = {item.key: item for item in items.filter(key__in=rows)}
    last = items.aggregate(last=Max("position"))["last"]
    following = 0 if last is None else last + 1
    changed: list[Item] = []
    for key, row in rows.items():
        position = row.position
        if position is None:
            position = held[key].position if key in held else following
            following += key not in held
        item = _item(activity, row, position)
        if key not in held or _state(item) != _state(held[key]):
            changed.append(item)
    # In one order for all, so that two imports at once do not deadlock.
    changed.sort(key=lambda item: item.key)
    created = sum(item.key not in held for item in changed)
    return changed, Saved(created, len(changed) - created, len(rows) - len(changed))


def _item(activity: Activity, row: ItemRow, position: int) -> Item:
    return Item(
        activity_id=activity.pk,
        key=row.key,
        position=position,
        type=row.type,
        prompt=row.prompt,
        answer=row.answer,
        alternatives=list(row.alternatives),
        explanation=row.explanation,
        tags=list(row.tags),
        difficulty=row.difficulty,
        duration_seconds=row.duration_seconds,
    )


def _state(item: Item) -> list[Any]:
    return [getattr(item, name) for name in _FIELDS]
