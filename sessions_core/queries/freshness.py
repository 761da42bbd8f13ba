"""Cached reads that are never stale to their owner.

The database says how fresh a cached page must be: its key holds a mark of what the page was made
from, read by index. A write changes the mark, so the next read makes the page anew, whichever
process wrote, and nothing need be invalidated. So each process may keep the pages it has made.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import orjson
from django.db import connection

from .. import access
from ..actor import Actor
from ..lifecycle import statements
from ..models import OPEN, PracticeDay, Session
from .pages import Pages

HISTORY_SECONDS = 300
DETAILS_SECONDS = 60
# Bytes of all pages that a process keeps.
ROOM = 16 * 1024 * 1024

_pages = Pages(ROOM)

_OPEN = ", ".join(f"'{status}'" for status in OPEN)
_DAYS, _SESSIONS = PracticeDay._meta.db_table, Session._meta.db_table
# Sums of the owner's days change with every start and end, those of the open sessions with all that
# happens in one, and the newest claim with whatever came from a visitor or went back.
_SELECT = f"""
SELECT count(*), max(id), sum(last_seq),
    (SELECT max(claimed_at) FROM {_SESSIONS} WHERE user_id = %s AND claimed_at IS NOT NULL),
    (SELECT coalesce(sum(started), 0) FROM {_DAYS} WHERE user_id = %s),
    (SELECT sum(ended) FROM {_DAYS} WHERE user_id = %s)
FROM {_SESSIONS} WHERE user_id = %s AND status IN ({_OPEN})
"""


class Mark(NamedTuple):
    """Changes with every start, answer and end of any session of its owner, and whenever sessions
    came to it from a visitor without an account, or went back.

    ``started``: the owner's sessions, without standalone answers; None for a guest.
    """

    scope: str
    standing: Hashable
    started: int | None = None


def mark_of(actor: Actor) -> Mark:
    """One statement for an account."""
    if actor.user_id is None:
        return Mark(actor.scope, _of_guest(actor))
    values = [actor.user_id] * _SELECT.count("%s")
    if statements.on_postgres():
        (row,) = statements.run(_SELECT, *values)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_SELECT, values)
            row = cursor.fetchone()
    return Mark(actor.scope, row, row[4])


def _of_guest(actor: Actor) -> Hashable:
    """A guest has few sessions, and no days."""
    mine = access.owned(actor).order_by()
    return tuple(sorted(mine.values_list("pk", "status", "last_seq")))


def cached(name: str, mark: Hashable, seconds: int, make: Callable[[], Any]) -> Any:
    """The value of ``name`` that was made from ``mark``, or else a new one by ``make``."""
    page = _pages.get((name, mark))
    if page is not None:
        return orjson.loads(page)
    value = make()
    if seconds:
        _pages.put((name, mark), orjson.dumps(value), seconds)
    return value


def forget() -> None:
    """Keep nothing any more: for tests, whose databases begin anew."""
    _pages.clear()
