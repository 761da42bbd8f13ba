"""A learner's sessions, newest first, by page or by cursor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Q, QuerySet, Sum

from .. import access
from ..actor import Actor
from ..lifecycle.statements import Statement, Value
from ..models import Activity, Session
from ..public_id import encode


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions, and how many of them. ``until`` is exclusive, ``since`` inclusive.

    ``after``: (start, id) of the last session of the page before, instead of an ``offset``.
    """

    limit: int = 10
    offset: int = 0
    activity_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, int] | None = None

    @property
    def is_filtered(self) -> bool:
        return (self.activity_id, self.since, self.until) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list shows of a session. ``activity_name`` is None where it has no activity."""

    pk: int
    activity_id: int | None
    activity_name: str | None
    status: str
    started_at: datetime
    ended_at: datetime | None
    answered_count: int
    attempt_count: int
    correct_count: int

    @property
    def public_id(self) -> str:
        return encode(self.pk)


_COLUMNS = (
    "id",
    "activity_id",
    "activity__name",
    "status",
    "started_at",
    "ended_at",
    "answered_count",
    "attempt_count",
    "correct_count",
)


@dataclass(frozen=True, slots=True)
class Page:
    """``total`` counts all that match; ``more`` says whether another page follows."""

    total: int
    sessions: list[Entry]
    more: bool


def page(actor: Actor, wanted: Wanted, started: int | None = None) -> Page:
    """Sessions of ``actor``, without standalone answers.

    ``started``: how many there are in all, from a caller that has added up the days.
    """
    if wanted.is_filtered or actor.user_id is None:
        total = _matching(actor, wanted).count()
    else:
        total = _started(actor) if started is None else started
    return _page(wanted, total, _of_page(_matching(actor, wanted), wanted).values_list(*_COLUMNS))


def _page(wanted: Wanted, total: int, rows: Iterable[tuple]) -> Page:
    found = [Entry(*row) for row in rows]
    return Page(total, found[: wanted.limit], len(found) > wanted.limit)


def _of_page(rows: QuerySet[Session], wanted: Wanted) -> QuerySet[Session]:
    """Those of the page, and one more where another follows."""
    if wanted.after is not None:
        start, pk = wanted.after
        # The first condition lets the index begin there; an OR alone is tried on every row.
        rows = rows.filter(started_at__lte=start)
        rows = rows.filter(Q(started_at__lt=start) | Q(pk__lt=pk))
    return rows.order_by("-started_at", "-pk")[wanted.offset : wanted.offset + wanted.limit + 1]


def asking(user_id: int, wanted: Wanted) -> list[Statement]:
    """The same of an account, on Postgres, by statements whose plans it keeps: making them took
    longer than the page. Their rows are for ``from_rows``.
    """
    given: dict[str, Value] = {
        "s.activity_id = %s": wanted.activity_id,
        "s.started_at >= %s": wanted.since,
        "s.started_at < %s": wanted.until,
    }
    filters = {condition: value for condition, value in given.items() if value is not None}
    conditions, values = tuple(filters), [user_id, *filters.values()]
    counting = [Statement(_count(conditions), values)] if filters else []
    if wanted.after is not None:
        start, pk = wanted.after
        conditions += ("s.started_at <= %s AND (s.started_at < %s OR s.id < %s)",)
        values = [*values, start, start, pk]
    # As a text, because a number's type depends on how large it is, and so would the plan.
    values = [*values, str(wanted.offset)]
    return [Statement(_text(conditions, wanted.limit + 1), values, binary=True), *counting]


def from_rows(
    wanted: Wanted, started: int, rows: Sequence[tuple], counted: Sequence[tuple] = ()
) -> Page:
    return _page(wanted, counted[0][0] if counted else started, rows)


@cache
def _text(conditions: tuple[str, ...], rows: int) -> str:
    """``rows`` stands in the text: the planner should know that they are few."""
    return f"""
SELECT s.id, s.activity_id, a.name, s.status, s.started_at, s.ended_at, s.answered_count,
    s.attempt_count, s.correct_count
FROM {Session._meta.db_table} AS s LEFT JOIN {Activity._meta.db_table} AS a ON a.id = s.activity_id
WHERE {_where(conditions)}
ORDER BY s.started_at DESC, s.id DESC LIMIT {rows} OFFSET %s::text::bigint
"""


@cache
def _count(conditions: tuple[str, ...]) -> str:
    return f"SELECT count(*) FROM {Session._meta.db_table} AS s WHERE {_where(conditions)}"


def _where(conditions: tuple[str, ...]) -> str:
    return " AND ".join(("s.user_id = %s AND NOT s.standalone", *conditions))


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[Session]:
    rows = access.owned(actor).filter(standalone=False)
    if wanted.activity_id is not None:
        rows = rows.filter(activity_id=wanted.activity_id)
    if wanted.since is not None:
        rows = rows.filter(started_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(started_at__lt=wanted.until)
    return rows


def _started(actor: Actor) -> int:
    """All sessions of a user, added up from the days: counting a million rows takes too long."""
    days = access.practice_days(actor)
    return days.aggregate(started=Sum("started"))["started"] or 0
