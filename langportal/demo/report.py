"""The output of ``seed_demo --json``: accounts, exercises with answers, and sequences."""

from typing import Any

from django.contrib.auth.models import User

from sessions_core.models import Activity, Item
from sessions_core.models.activity import ActivityType

from .people import PASSWORD, PEOPLE


def report(users: dict[str, User], activities: list[Activity]) -> dict[str, Any]:
    """Reports written activities as ``activities``, conjugations also as ``exercises``.

    Item and exercise ids are strings, as in the portal's API. The judge accepts each ``answer``.
    ``duration_seconds`` is the length of a pose.
    """
    items = _items(activities)
    written = [a for a in activities if a.type != ActivityType.SEQUENCE]
    exercises = [a for a in activities if a.type == ActivityType.CONJUGATION]
    sequences = [a for a in activities if a.type == ActivityType.SEQUENCE]
    return {
        "users": {
            person.name: {
                "id": users[person.name].pk,
                "username": person.name,
                "password": PASSWORD,
            }
            for person in PEOPLE
            if not person.extra
        },
        "activities": [_activity(activity, items[activity.pk]) for activity in written],
        "exercises": [
            {"exercise_id": str(item.pk), "prompt": item.prompt, "answer": item.answer}
            for activity in exercises
            for item in items[activity.pk]
        ],
        "sequences": [_sequence(activity, items[activity.pk]) for activity in sequences],
    }


def _items(activities: list[Activity]) -> dict[int, list[Item]]:
    by_activity: dict[int, list[Item]] = {activity.pk: [] for activity in activities}
    rows = Item.objects.filter(activity__in=activities, is_active=True)
    for item in rows.order_by("activity_id", "position"):
        by_activity[item.activity_id].append(item)
    return by_activity


def _activity(activity: Activity, items: list[Item]) -> dict[str, Any]:
    return {
        "id": activity.pk,
        "name": activity.name,
        "type": activity.type,
        "items": [
            {"item_id": str(item.pk), "word": item.prompt, "answer": item.answer} for item in items
        ],
    }


def _sequence(activity: Activity, items: list[Item]) -> dict[str, Any]:
    return {
        "id": activity.pk,
        "name": activity.name,
        "poses": [
            {
                "item_id": str(item.pk),
                "name": item.prompt,
                "duration_seconds": item.duration_seconds,
            }
            for item in items
        ],
    }
