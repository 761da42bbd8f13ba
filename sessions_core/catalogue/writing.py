"""Writing activities and items: many at once for imports, one for the admin."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
    saved = Saved()
    rows = iter(rows)
    while batch := list(islice(rows, batch_size)):
        saved += _save_batch(activity, {row.key: row for row in batch})
    return saved


def save(item: Item) -> Item:
    """Save one edited item, and let the judge know its forms."""
    with transaction.atomic():
        item.save()
        index_forms([item])
    return item


@transaction.atomic
def _save_batch(activity: Activity, rows: dict[str, ItemRow]) -> Saved:
    for row in rows.values():
        if reason := refusal(row):
            raise BadItem(f"{row.key[:50]!r}: {reason}")
    held = {item.key: item for item in activity.items.filter(key__in=rows)}
    last = activity.items.aggregate(last=Max("position"))["last"]
    following = 0 if last is None else last + 1
    changed: list[Item] = []
    for key, row in rows.items():
        if row.position is None:
            row = replace(row, position=held[key].position if key in held else following)
            following += key not in held
        item = _item(activity, row)
        if key not in held or _state(item) != _state(held[key]):
            changed.append(item)
    changed.sort(key=lambda item: item.key)
    Item.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["activity", "key"],
        update_fields=_FIELDS,
    )
    index_forms(changed)
    created = sum(item.key not in held for item in changed)
    return Saved(created, len(changed) - created, len(rows) - len(changed))


def _item(activity: Activity, row: ItemRow) -> Item:
    return Item(
        activity=activity,
        key=row.key,
        position=row.position,
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
