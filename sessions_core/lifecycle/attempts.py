"""The attempts that the answer verb writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Attempt
from . import statements

TYPES = {
    "session_id": "bigint",
    "seq": "int",
    "item_id": "bigint",
    "answer": "text",
    "correct": "boolean",
    "close": "boolean",
    "response_ms": "int",
    "created_at": "timestamptz",
    "key": "uuid",
    "answered_count": "int",
    "attempt_count": "int",
    "correct_count": "int",
    "current_streak": "int",
    "next_item_id": "bigint",
}
COLUMNS = ", ".join(TYPES)
_INSERT = (
    f"INSERT INTO {Attempt._meta.db_table} ({COLUMNS}) "
    f"SELECT {COLUMNS} FROM {statements.read_rows(TYPES)}"
)


@dataclass(slots=True)
class NewAttempt:
    """The columns of an ``Attempt``, without what a model instance costs; and what else its session
    is to be like after it, for whoever records both at once.
    """

    session_id: int
    seq: int
    item_id: int
    answer: str
    correct: bool
    close: bool
    response_ms: int
    created_at: datetime
    key: UUID | None
    answered_count: int
    attempt_count: int
    correct_count: int
    current_streak: int
    next_item_id: int | None

    best_streak: int
    total_ms: int
    answered_mask: str

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TYPES}


def insert(attempts: Sequence[NewAttempt]) -> None:
    """Insert them all, in one statement on Postgres."""
    if not attempts:
        return
    if statements.on_postgres():
        statements.run(_INSERT, statements.rows(attempts))
    else:
        Attempt.objects.bulk_create([Attempt(**row.columns()) for row in attempts])
