"""Replies under an idempotency key, written by the statement that has their effect."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from rest_framework.settings import api_settings

from ..actor import Actor
from ..rest import replies
from ..rest.replies import KEPT_FOR, KeyedRequest, Reply
from .postgres import types_of

_NAMES = ("key", "owner", "request", "status", "body", "created_at")


@dataclass(frozen=True, slots=True)
class Keyed:
    """What ``actor`` wants, and the key that it came under."""

    actor: Actor
    wanted: Any
    key: KeyedRequest | None

    def columns(self, status: int, data: Any) -> dict[str, Any]:
        """The values of ``types``; without a key they are NULL."""
        if self.key is None:
            return {f"kept_{name}": None for name in _NAMES}
        row = replies.columns(self.key, Reply(status, render(data)))
        return {f"kept_{name}": value for name, value in row.items()}


def render(data: Any) -> bytes:
    """``data`` as the views render it."""
    return _renderer().render(data, "application/json", {})


@cache
def _renderer() -> Any:
    renderers: Any = api_settings.DEFAULT_RENDERER_CLASSES
    return renderers[0]()


def types() -> dict[str, str]:
    return {f"kept_{name}": kind for name, kind in types_of(replies.table(), _NAMES).items()}


def keeping(source: str) -> str:
    """The INSERT that keeps the replies of ``source``, and returns the keys that were free.

    A second request under a key waits here until the first has ended.
    """
    new = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])
    return f"""
INSERT INTO {replies.table()._meta.db_table} AS reply ({", ".join(_NAMES)})
SELECT {", ".join(f"kept_{name}" for name in _NAMES)} FROM {source} WHERE kept_key IS NOT NULL
ORDER BY kept_key
ON CONFLICT (key) DO UPDATE SET {new}
WHERE reply.created_at <= excluded.created_at - interval '{KEPT_FOR.total_seconds():.0f} seconds'
RETURNING key
"""
