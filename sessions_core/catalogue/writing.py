"""Writes activities and items: in batches for imports, singly for the admin."""

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
    """Counts of new, changed and unchanged items."""

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
    """Creates or updates the activity of this key."""
    activity, _ = Activity.objects.update_or_create(
        key=key, defaults={"name": name, "type": type, **fields}
    )
    return activity


def save_items(activity: Activity, rows: Iterable[ItemRow], batch_size: int = 1000) -> Saved:
    """Inserts or updates by activity and key, a transaction for each batch. Retired items stay so.

    A later row replaces an earlier one with the same key. Raises ``BadItem`` for a row that
    ``refusal`` refuses; earlier batches stay committed, and a second run continues from there.
    """
    return _in_batches(_save_batch, activity, rows, batch_size)


def compare_items(activity: Activity, rows: Iterable[ItemRow], batch_size: int = 1000) -> Saved:
    """Counts what ``save_items`` would do, without writing. ``activity`` may be unsaved."""
    return _in_batches(_compare_batch, activity, rows, batch_size)


def save(item: Item) -> Item:
    """Saves one edited item and indexes its forms."""
    with transaction.atomic():
        item.save()
        index_forms([item])
    return item


def _in_batches(
    process: Callable[[Activity, dict[str, ItemRow]], Saved],
    activity: Activity,
    rows: Iterable[ItemRow],
    batch_size: int,
) -> Saved:
    saved = Saved()
    rows = iter(rows)
    while batch := list(islice(rows, batch_size)):
        saved += process(activity, {row.key: row for row in batch})
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
    """Returns the items to write, and the counts. Raises ``BadItem``."""
    for row in rows.values():
        if reason := refusal(row):
            raise BadItem(f"{row.key[:50]!r}: {reason}")
    items = Item.objects.filter(activity_id=activity.pk)
    existing = {item.key: item for item in items.filter(key__in=rows)}
    last = items.aggregate(last=Max("position"))["last"]
    following = 0 if last is None else last + 1
    changed: list[Item] = []
    for key, row in rows.items():
        position = row.position
        if position is None:
            position = existing[key].position if key in existing else following
            following += key not in existing
        item = _item(activity, row, position)
        if key not in existing or _state(item) != _state(existing[key]):
            changed.append(item)
    # Items are sorted so that concurrent imports cannot deadlock.
    changed.sort(key=lambda item: item.key)
    created = sum(item.key not in existing for item in changed)
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
