"""Loads the activities of the demo."""

from sessions_core.catalogue import starter
from sessions_core.models import Activity


def seed() -> list[Activity]:
    """Loads the starter catalogue and returns its activities, in its order."""
    return [activity for activity, _ in starter.load()]
