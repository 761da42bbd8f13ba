"""Stores a session's preferences, a JSON object."""

from typing import Any

from django.db import transaction

from .app_settings import app_settings
from .documents import check
from .locks import lock_if_owner_unchanged
from .models import AnonymousSession


def put(session: AnonymousSession, preferences: dict[str, Any]) -> dict[str, Any]:
    """Replaces the preferences. Raises ``TooLarge``."""
    with transaction.atomic():
        (root,) = lock_if_owner_unchanged(session)
        return _save(root, preferences)


def patch(session: AnonymousSession, changes: dict[str, Any]) -> dict[str, Any]:
    """Merges ``changes`` into the preferences, as JSON Merge Patch (RFC 7396)."""
    with transaction.atomic():
        (root,) = lock_if_owner_unchanged(session)
        return _save(root, _merged(root.preferences, changes))


def _save(root: AnonymousSession, preferences: dict[str, Any]) -> dict[str, Any]:
    check(preferences, app_settings.MAX_PREFERENCES_BYTES)
    root.preferences = preferences
    root.save(update_fields=["preferences"])
    return preferences


def _merged(old: Any, changes: Any) -> Any:
    if not isinstance(changes, dict):
        return changes
    result = dict(old) if isinstance(old, dict) else {}
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result
