"""A learner's sessions, newest first, by page or by cursor."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from .. import access
from ..actor import Actor
from ..models import Session
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


def page(actor: Actor, wanted: Wanted, started: int | None) -> Page:
    """Sessions of ``actor``, without standalone answers.

    ``started`` is how many there are in all (``freshness.Mark``): counting a million rows takes too
    long. None for a guest, whose few are counted.
    """
    rows = _matching(actor, wanted)
    total = rows.count() if wanted.is_filtered or started is None else started
    found = [Entry(*row) for row in _of_page(rows, wanted).values_list(*_COLUMNS)]
    return Page(total, found[: wanted.limit], len(found) > wanted.limit)


def _of_page(rows: QuerySet[Session], wanted: Wanted) -> QuerySet[Session]:
    """Those of the page, and one more where another follows."""
    if wanted.after is not None:
        start, pk = wanted.after
        # The first condition lets the index begin there; an OR alone is tried on every row.
        rows = rows.filter(started_at__lte=start)
        rows = rows.filter(Q(started_at__lt=start) | Q(pk__lt=pk))
    return rows.order_by("-started_at", "-pk")[wanted.offset : wanted.offset + wanted.limit + 1]


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[Session]:
    rows = access.owned(actor).filter(standalone=False)
    if wanted.activity_id is not None:
        rows = rows.filter(activity_id=wanted.activity_id)
    if wanted.since is not None:
        rows = rows.filter(started_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(started_at__lt=wanted.until)
    return rows
