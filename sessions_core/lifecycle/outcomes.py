"""How a session's items went, item by item."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ..models import Attempt, Item, Session
from . import statements
from .scoring import success_rate

# OFFSET keeps Postgres from reading a small catalogue whole rather than by key.
SELECT = f"""
SELECT tried.item_id, i.prompt, i.answer, tried.attempts, tried.correct, tried.first_correct,
    tried.first_at, tried.first_seq, tried.last_seq
FROM (
    SELECT item_id, count(*) AS attempts, count(*) FILTER (WHERE correct) AS correct,
        (array_agg(correct ORDER BY seq))[1] AS first_correct,
        (array_agg(created_at ORDER BY seq))[1] AS first_at,
        min(seq) AS first_seq, max(seq) AS last_seq
    FROM {Attempt._meta.db_table} WHERE session_id = %(session_id)s GROUP BY item_id
) AS tried CROSS JOIN LATERAL (
    SELECT prompt, answer FROM {Item._meta.db_table} WHERE id = tried.item_id OFFSET 0
) AS i ORDER BY tried.last_seq
"""


#: How many columns that are.
COLUMNS = 9


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The attempts at one item within one session. Its later ones had seen the answer."""

    item_id: int
    prompt: str
    answer: str
    attempts: int
    correct: int
    first_correct: bool
    first_at: datetime
    first_seq: int
    last_seq: int

    @property
    def is_mastered(self) -> bool:
        """Never missed in this session."""
        return self.correct == self.attempts

    @property
    def success_rate(self) -> float:
        return success_rate(self.correct, self.attempts)


def read(session: Session) -> list[ItemResult]:
    """One result for each item answered, in the order of the latest attempt. One statement."""
    if statements.on_postgres():
        return from_rows(statements.call(SELECT, session_id=session.pk))
    return _counted_here(session)


def asking(session_id: int) -> statements.Statement:
    """The same, on Postgres, for whoever runs it. Its rows are for ``from_rows``."""
    return statements.Statement(SELECT, {"session_id": session_id}, binary=True)


def from_rows(rows: Iterable[tuple]) -> list[ItemResult]:
    """In the order of the latest attempt."""
    return [ItemResult(*row) for row in rows]


def _counted_here(session: Session) -> list[ItemResult]:
    rows = Attempt.objects.filter(session=session).order_by("seq")
    columns = ("item_id", "item__prompt", "item__answer", "correct", "created_at", "seq")
    tried: dict[int, ItemResult] = {}
    for item_id, prompt, answer, correct, at, seq in rows.values_list(*columns).iterator():
        blank = ItemResult(item_id, prompt, answer, 0, 0, correct, at, seq, seq)
        before = tried.pop(item_id, blank)
        # Put in again, as the latest.
        tried[item_id] = replace(
            before,
            attempts=before.attempts + 1,
            correct=before.correct + correct,
            last_seq=seq,
        )
    return list(tried.values())
