"""Cached reads that are never stale to their owner.

The database says how fresh a cached page must be: each has a mark of what it was made from, read by
index. A write changes the mark, so the next read makes the page anew, whichever process wrote, and
nothing need be invalidated. So each process may keep the pages it has made.

The mark is read before the page is made: what a page is made of may be newer than its mark, never
older, and then the next reader makes it anew.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import orjson
from django.db.models import Count, Max, Sum

from .. import access
from ..actor import Actor
from ..models import OPEN
from .pages import Pages

HISTORY_SECONDS = 300
DETAILS_SECONDS = 60
# Bytes of all pages that a process keeps.
ROOM = 16 * 1024 * 1024

_pages = Pages(ROOM)


class Mark(NamedTuple):
    """Changes with every start, answer and end of any session of its owner, and whenever sessions
    came to it from a visitor without an account, or went back.

    ``started``: the owner's sessions, without standalone answers; None for a guest.
    """

    standing: Hashable
    started: int | None = None


def mark_of(actor: Actor) -> Mark:
    """Sums of the owner's days change with every start and end, those of the open sessions with all
    that happens in one, and the newest claim with whatever came from a visitor or went back.
    """
    mine = access.owned(actor).order_by()
    if actor.user_id is None:  # A guest has few sessions, and no days.
        return Mark(tuple(sorted(mine.values_list("pk", "revision"))))
    days = access.practice_days(actor).aggregate(
        started=Sum("started", default=0), ended=Sum("ended", default=0)
    )
    running = mine.filter(status__in=OPEN).aggregate(Count("pk"), Max("pk"), Sum("revision"))
    claimed = mine.filter(claimed_at__isnull=False).aggregate(newest=Max("claimed_at"))
    sums = *days.values(), *running.values(), claimed["newest"]
    return Mark(sums, days["started"])


def cached(key: Hashable, mark: Hashable, seconds: float, make: Callable[[], Any]) -> Any:
    """The page of ``key`` that was made from ``mark``, or else a new one by ``make``."""
    page = _pages.get(key, mark)
    if page is not None:
        return orjson.loads(page)
    value = make()
    if seconds:
        _pages.put(key, mark, orjson.dumps(value), seconds)
    return value


def forget() -> None:
    """Keep nothing any more: for tests, whose databases begin anew."""
    _pages.clear()
