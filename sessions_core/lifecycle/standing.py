"""The columns of a session that an answer reads and changes, held under the row lock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ..models import Session
from . import statements
from .scoring import first_unmarked, is_marked, mark
from .statements import Asking, Statement

READ = (
    "id",
    "user_id",
    "guest",
    "status",
    "seed",
    "deadline_at",
    "ended_at",
    "item_count",
    "answered_count",
    "attempt_count",
    "correct_count",
    "current_streak",
    "best_streak",
    "response_ms",
    "last_seq",
    "answered_mask",
)
WRITTEN = READ[8:]
_TABLE = Session._meta.db_table
_LOCK = (
    f"SELECT {', '.join(READ)} FROM {_TABLE} WHERE id = ANY(%s::bigint[]) ORDER BY id "
    "FOR NO KEY UPDATE"
)
_LOOK = f"SELECT xmin::text, {', '.join(READ)} FROM {_TABLE} WHERE id = ANY(%s::bigint[])"
# JSON has no bytes: the mask travels as hexadecimal digits.
_SENT = dict.fromkeys(WRITTEN, "int") | {
    "response_ms": "bigint",
    "answered_mask": "text",
    "id": "bigint",
}
# By ANY, so that no plan made while there were no sessions reads all of them.
_UPDATE = (
    f"UPDATE {_TABLE} AS s SET {', '.join(f'{name} = new.{name}' for name in WRITTEN[:-1])}, "
    "answered_mask = decode(new.answered_mask, 'hex') "
    f"FROM {statements.read_rows(_SENT)} "
    "WHERE s.id = ANY(%s::bigint[]) AND s.id = new.id RETURNING s.id, s.xmin::text"
)


@dataclass(slots=True)
class Standing:
    id: int
    user_id: int | None
    guest: UUID | None
    status: str
    seed: int
    deadline_at: datetime | None
    ended_at: datetime | None
    item_count: int
    answered_count: int
    attempt_count: int
    correct_count: int
    current_streak: int
    best_streak: int
    response_ms: int
    last_seq: int
    answered_mask: bytes

    def count(self, correct: bool, response_ms: int) -> None:
        """One more attempt."""
        self.last_seq += 1
        self.attempt_count += 1
        self.correct_count += correct
        self.current_streak = self.current_streak + 1 if correct else 0
        self.best_streak = max(self.best_streak, self.current_streak)
        self.response_ms += response_ms

    def tick_off(self, position: int) -> None:
        """The item at this plan position has been answered, for the first time or again."""
        if not is_marked(self.answered_mask, position):
            self.answered_mask = mark(self.answered_mask, position)
            self.answered_count += 1

    def next_position(self) -> int | None:
        return first_unmarked(self.answered_mask, self.item_count)


def lock(ids: Collection[int], skip_locked: bool) -> dict[int, Standing]:
    """Lock these sessions in id order and read them; with ``skip_locked``, those that are free.

    Not against references to the key, which an attempt in another transaction makes.
    """
    rows: Iterable[tuple[Any, ...]]
    if statements.on_postgres():
        sql = f"{_LOCK} SKIP LOCKED" if skip_locked else _LOCK
        rows = statements.run(sql, statements.array(ids))
    else:  # SQLite's transaction has locked the whole file
        rows = Session.objects.filter(pk__in=ids).order_by("pk").values_list(*READ)
    return {row[0]: Standing(*(*row[:-1], bytes(row[-1]))) for row in rows}


def looking(ids: Collection[int]) -> Asking[dict[int, tuple[Standing, str]]]:
    """How these sessions stand, unlocked, and the version of each row. On Postgres."""
    rows = yield Statement(_LOOK, (statements.array(ids),))
    return {row[1]: (Standing(*(*row[1:-1], bytes(row[-1]))), row[0]) for row in rows}


def of(session: Session) -> Standing:
    """The standing of a session that this very transaction made."""
    return Standing(*(getattr(session, name) for name in READ))


def write(standings: Collection[Standing]) -> dict[int, str]:
    """Update all these rows: one statement on Postgres, which answers their versions by id."""
    if not standings:
        return {}
    if statements.on_postgres():
        sent = statements.rows([_sent(row) for row in standings])
        ids = statements.array(row.id for row in standings)
        return dict(statements.run(_UPDATE, sent, ids))
    assignments = ", ".join(f"{name} = %s" for name in WRITTEN)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {_TABLE} SET {assignments} WHERE id = %s",
            [(*(getattr(row, name) for name in WRITTEN), row.id) for row in standings],
        )
    return {}


def _sent(row: Standing) -> dict[str, Any]:
    return {
        "id": row.id,
        "answered_count": row.answered_count,
        "attempt_count": row.attempt_count,
        "correct_count": row.correct_count,
        "current_streak": row.current_streak,
        "best_streak": row.best_streak,
        "response_ms": row.response_ms,
        "last_seq": row.last_seq,
        "answered_mask": row.answered_mask.hex(),
    }
