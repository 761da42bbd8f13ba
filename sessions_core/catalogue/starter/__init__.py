"""The catalogue that ships: words, conjugations and guided sequences, as data files beside this."""

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
    """Write the starter catalogue, activity by activity; safe to run again."""
    loaded = []
    for told in tomllib.loads((_HERE / "activities.toml").read_text("utf-8"))["activity"]:
        activity = save_activity(**_fields(told))
        loaded.append((activity, save_items(activity, rows(activity.key, activity.type))))
    return loaded


def rows(key: str, activity_type: str) -> Iterator[ItemRow]:
    """The items of one activity, in the order of its file."""
    text = (_HERE / f"{key}.csv").read_text("utf-8")
    for position, told in enumerate(csv.DictReader(text.splitlines())):
        yield ItemRow(
            key=key_of(told["prompt"]),
            prompt=told["prompt"],
            answer=told.get("answer", ""),
            alternatives=tuple(filter(None, told.get("alternatives", "").split("|"))),
            explanation=told["explanation"],
            type=_ITEM_TYPES[ActivityType(activity_type)],
            difficulty=told.get("difficulty", "easy"),
            duration_seconds=int(told["seconds"]) if "seconds" in told else None,
            position=position,
        )


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    if told.get("type") == ActivityType.SEQUENCE:
        return told
    return {**told, "source_language": "en", "target_language": "es"}
