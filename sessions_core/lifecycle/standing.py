"""The columns of a session that an answer reads and changes, held under the row lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from ..models import Session
from .scoring import first_unmarked, is_marked, mark

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
_SQL_TYPES = ("int", "int", "int", "int", "int", "bigint", "int", "bytea")


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


def lock(ids: Iterable[int], skip_locked: bool) -> dict[int, Standing]:
    """Lock these sessions in id order and read them; with ``skip_locked``, those that are free."""
    skip_locked &= connection.features.has_select_for_update_skip_locked
    rows = (
        Session.objects.filter(pk__in=set(ids))
        .order_by("pk")
        .select_for_update(skip_locked=skip_locked)
        .values_list(*READ)
    )
    return {row[0]: Standing(*row[:-1], bytes(row[-1])) for row in rows}


def of(session: Session) -> Standing:
    """The standing of a session that this very transaction made."""
    return Standing(*(getattr(session, name) for name in READ))


def write(standings: Iterable[Standing]) -> None:
    """Update all these rows: one statement on Postgres."""
    rows = [(*(getattr(row, name) for name in WRITTEN), row.id) for row in standings]
    if not rows:
        return
    table = Session._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            assignments = ", ".join(f"{name} = new.{name}" for name in WRITTEN)
            arrays = ", ".join(f"%s::{sql_type}[]" for sql_type in (*_SQL_TYPES, "bigint"))
            cursor.execute(
                f"UPDATE {table} AS s SET {assignments} "
                f"FROM unnest({arrays}) AS new({', '.join(WRITTEN)}, id) WHERE s.id = new.id",
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            assignments = ", ".join(f"{name} = %s" for name in WRITTEN)
            cursor.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", rows)
