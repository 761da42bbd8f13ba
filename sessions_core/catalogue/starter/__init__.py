"""Loads the starter catalogue: words, conjugations and guided sequences, from files here."""

import csv
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from ...models import Activity
from ...models.activity import ActivityType, ItemType
from ..rows import ItemRow, key_of
from ..writing import Saved, save_activity, save_items

_HERE = files(__package__)
_ITEM_TYPES = {
    ActivityType.FLASHCARDS: ItemType.TRANSLATION,
    ActivityType.CONJUGATION: ItemType.CONJUGATION,
    ActivityType.SEQUENCE: ItemType.POSE,
}


def load() -> list[tuple[Activity, Saved]]:
    """Writes the starter catalogue; running it again is safe."""
    loaded = []
    for entry in tomllib.loads((_HERE / "activities.toml").read_text("utf-8"))["activity"]:
        activity = save_activity(**_fields(entry))
        loaded.append((activity, save_items(activity, rows(activity.key, activity.type))))
    return loaded


def rows(key: str, activity_type: str) -> Iterator[ItemRow]:
    """Yields the items of one activity, in the order of its file."""
    text = (_HERE / f"{key}.csv").read_text("utf-8")
    for position, cells in enumerate(csv.DictReader(text.splitlines())):
        yield ItemRow(
            key=key_of(cells["prompt"]),
            prompt=cells["prompt"],
            answer=cells.get("answer", ""),
            alternatives=tuple(filter(None, cells.get("alternatives", "").split("|"))),
            explanation=cells["explanation"],
            type=_ITEM_TYPES[ActivityType(activity_type)],
            difficulty=cells.get("difficulty", "easy"),
            duration_seconds=int(cells["seconds"]) if "seconds" in cells else None,
            position=position,
        )


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    if entry.get("type") == ActivityType.SEQUENCE:
        return entry
    return {**entry, "source_language": "en", "target_language": "es"}
