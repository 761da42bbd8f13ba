"""Moments as the portal and guided practice write them."""

from datetime import datetime


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a ``Z``, whole seconds."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
