"""What the end of a session writes down: its row, its transition, its day."""

from ..models import Session, Transition
from . import days, outcomes, statements
from .outcomes import ItemResult

SET = (
    "status",
    "completion",
    "claimed_seconds",
    "poses_completed",
    "active_ms",
    "running_since",
    "deadline_at",
    "ended_at",
    "last_seq",
)
DAY = ("ended", "practised", "completed", "seconds", "attempts", "correct")
_WRITE = f"""
WITH results AS MATERIALIZED ({outcomes.SELECT}), ended AS (
    UPDATE {Session._meta.db_table} SET {", ".join(f"{name} = %({name})s" for name in SET)},
        mastered_count = (SELECT count(*) FROM results WHERE attempts = correct)
    WHERE id = %(session_id)s
), told AS (
    INSERT INTO {Transition._meta.db_table} (session_id, seq, status, at, active_ms)
    VALUES (%(session_id)s, %(last_seq)s, %(status)s, %(at)s, %(active_ms)s)
), counted AS (
    {days.adding(DAY, "true")}
)
SELECT * FROM results ORDER BY last_seq
"""


def write(session: Session, transition: Transition, practised_seconds: int) -> list[ItemResult]:
    """Write the end of the locked ``session`` and say how its items went.

    The statement began after the lock was held, so it sees every attempt.
    """
    if not statements.on_postgres():
        return _write_by_orm(session, transition, practised_seconds)
    rows = statements.call(
        _WRITE,
        session_id=session.pk,
        user_id=session.user_id,
        local_day=session.local_day,
        counts=days.counts(session),
        at=transition.at,
        **{name: getattr(session, name) for name in SET},
        **days.of_end(session, practised_seconds),
    )
    results = outcomes.from_rows(rows)
    session.mastered_count = mastered(results)
    return results


def _write_by_orm(
    session: Session, transition: Transition, practised_seconds: int
) -> list[ItemResult]:
    results = outcomes.read(session)
    session.mastered_count = mastered(results)
    session.save()
    transition.save(force_insert=True)
    days.count_end(session, practised_seconds)
    return results


def mastered(results: list[ItemResult]) -> int:
    """How many were never missed."""
    return sum(result.is_mastered for result in results)
