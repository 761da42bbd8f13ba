"""Cached reads that are never stale to their owner.

The database says how fresh a cached page must be: each has a mark of what it was made from, read by
index. A write changes the mark, so the next read makes the page anew, whichever process wrote, and
nothing need be invalidated. So each process may keep the pages it has made.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from django.db import connection

from .. import access
from ..actor import Actor
from ..lifecycle.statements import Asking, Statement, Together
from ..models import OPEN, PracticeDay, Session
from .pages import Pages

T = TypeVar("T")
Rows = Sequence[tuple]

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
    (SELECT max(claimed_at) FROM {_SESSIONS}
        WHERE user_id = %(user_id)s AND claimed_at IS NOT NULL),
    (SELECT coalesce(sum(started), 0) FROM {_DAYS} WHERE user_id = %(user_id)s),
    (SELECT sum(ended) FROM {_DAYS} WHERE user_id = %(user_id)s)
FROM {_SESSIONS} WHERE user_id = %(user_id)s AND status IN ({_OPEN})
"""


class Mark(NamedTuple):
    """Changes with every start, answer and end of any session of its owner, and whenever sessions
    came to it from a visitor without an account, or went back.

    ``started``: the owner's sessions, without standalone answers; None for a guest.
    """

    standing: Hashable
    started: int | None = None


def mark_of(actor: Actor) -> Mark:
    """One statement."""
    if actor.user_id is None:
        return _of_guest(actor)
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, {"user_id": actor.user_id})
        return mark_in(cursor.fetchall())


def marking(user_id: int) -> Statement:
    """What asks for the mark of an account, on Postgres."""
    return Statement(_SELECT, {"user_id": user_id}, binary=True)


def mark_in(rows: Rows) -> Mark:
    (row,) = rows
    return Mark(row, row[4])


def _of_guest(actor: Actor) -> Mark:
    """A guest has few sessions, and no days."""
    mine = access.owned(actor).order_by()
    return Mark(tuple(sorted(mine.values_list("pk", "status", "last_seq"))))


def cached(key: Hashable, mark: Hashable, seconds: float, make: Callable[[], Any]) -> Any:
    """The page of ``key`` that was made from ``mark``, or else a new one by ``make``."""
    page = _pages.get(key, mark)
    return orjson.loads(page) if page is not None else _keep(key, mark, seconds, make())


def _keep(key: Hashable, mark: Hashable, seconds: float, value: Any) -> Any:
    if seconds:
        _pages.put(key, mark, orjson.dumps(value), seconds)
    return value


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A page on Postgres, kept under ``key`` for ``seconds``.

    ``look`` asks how things stand; ``see`` makes of its rows the mark, and what the page needs of
    them. ``rest`` asks for all else; ``make`` makes the page of both, or what ``see`` made and the
    rows of each in ``rest``.
    """

    key: Hashable
    seconds: float
    look: Statement
    see: Callable[[Rows], tuple[Hashable, T]]
    rest: Sequence[Statement]
    make: Callable[..., Any]


def reading(wanted: Reading[T]) -> Asking[tuple[T, Any]]:
    """What was seen and the page, for whoever runs the statements: in one round trip, unless a page
    is kept that turns out to be an old one. Raises what ``see`` does.

    ``rest`` may be newer than the mark, never older: then the next reader makes the page anew.
    """
    rest: Sequence[Rows] | None = None
    if wanted.key in _pages:
        rows = yield wanted.look
    else:
        rows, *rest = yield Together((wanted.look, *wanted.rest))
    mark, seen = wanted.see(rows)
    page = _pages.get(wanted.key, mark)
    if page is not None:
        return seen, orjson.loads(page)
    if rest is None:
        rest = yield Together(wanted.rest)
    return seen, _keep(wanted.key, mark, wanted.seconds, wanted.make(seen, *rest))


def forget() -> None:
    """Keep nothing any more: for tests, whose databases begin anew."""
    _pages.clear()
