"""Cached reads that are never stale to their owner.

The database says how fresh a cached page must be: its key holds a mark of what the page was made
from, read by index. A write changes the mark, so the next read makes the page anew, whichever
process wrote, and nothing need be invalidated.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Sum

from .. import access
from ..actor import Actor
from ..models import OPEN

HISTORY_SECONDS = 300
DETAILS_SECONDS = 60


def mark_of(actor: Actor) -> str:
    """Changes with every start, answer and end of any session of ``actor``, and whenever sessions
    came to it from a visitor without an account, or went back.
    """
    mine = access.owned(actor)
    newest = mine.order_by("-pk").values_list("pk", flat=True).first()
    running = mine.filter(status__in=OPEN).order_by()
    standing = running.aggregate(Count("pk"), Max("pk"), Sum("last_seq"))
    claimed = mine.filter(claimed_at__isnull=False).order_by()
    came = claimed.aggregate(Count("pk"), Max("claimed_at"))
    return f"{actor.scope}:{newest}:{sorted(standing.items())}:{sorted(came.items())}"


def cached(name: str, mark: str, seconds: int, make: Callable[[], Any]) -> Any:
    """The value of ``name`` that was made from ``mark``, or else a new one by ``make``."""
    digest = hashlib.blake2b(f"{name}\0{mark}".encode(), digest_size=16).hexdigest()
    key = f"sessions:{digest}"
    value = cache.get(key)
    if value is None:
        value = make()
        cache.set(key, value, seconds)
    return value
