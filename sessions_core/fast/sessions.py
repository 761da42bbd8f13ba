"""Sessions as the fast path reads them: whole, unlocked, many by one statement."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from django.db import DEFAULT_DB_ALIAS

from ..lifecycle.outcomes import ItemResult
from ..lifecycle.plans import ItemIds
from ..models import OPEN, Activity, Attempt, Item, Plan, Session, Status
from .postgres import Connection, columns_of, given_rows

_ACTIVITY = ("id", "name", "type")


async def read(connection: Connection, ids: Collection[int]) -> dict[int, tuple[Session, ItemIds]]:
    """The sessions with these ids, by id, each with its activity (id, name and type) and its plan,
    which is empty where it has none.
    """
    names = columns_of(Session)
    found = {}
    for row in await connection.rows(_sessions(), [{"id": pk} for pk in ids]):
        session = Session.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])
        *activity, plan = row[len(names) :]
        if session.activity_id is not None:
            session.activity = Activity.from_db(DEFAULT_DB_ALIAS, _ACTIVITY, activity)
        found[session.pk] = session, tuple(plan or ())
    return found


def is_in_time(session: Session, now: datetime) -> bool:
    """Whether an open session has not come to its time limit, where somebody has to end it."""
    due = session.deadline_at is not None and now > session.deadline_at
    return session.status in OPEN and not (due and session.status == Status.ACTIVE)


async def results(connection: Connection, ids: Collection[int]) -> dict[int, list[ItemResult]]:
    """``outcomes.of_session`` of each, by the session's id."""
    found: dict[int, list[ItemResult]] = {pk: [] for pk in ids}
    for pk, *result in await connection.rows(_RESULTS, [{"id": pk} for pk in ids]):
        found[pk].append(ItemResult(*result))
    return found


@cache
def _sessions() -> str:
    session = ", ".join(f"s.{name}" for name in columns_of(Session))
    activity = ", ".join(f"a.{name}" for name in _ACTIVITY)
    return f"""
SELECT {session}, {activity}, p.item_ids FROM {given_rows({"id": "bigint"})}
CROSS JOIN LATERAL (
    SELECT * FROM {Session._meta.db_table} WHERE id = given.id OFFSET 0
) AS s
LEFT JOIN LATERAL (
    SELECT * FROM {Activity._meta.db_table} WHERE id = s.activity_id OFFSET 0
) AS a ON true
LEFT JOIN LATERAL (
    SELECT item_ids FROM {Plan._meta.db_table} WHERE session_id = given.id OFFSET 0
) AS p ON true
"""


# OFFSET keeps Postgres from reading a small catalogue whole rather than by key.
_RESULTS = f"""
SELECT given.id, tried.item_id, i.prompt, i.answer, tried.attempts, tried.correct,
    tried.first_correct, tried.first_at, tried.first_seq, tried.last_seq
FROM {given_rows({"id": "bigint"})}
CROSS JOIN LATERAL (
    SELECT item_id, count(*) AS attempts, count(*) FILTER (WHERE correct) AS correct,
        (array_agg(correct ORDER BY seq))[1] AS first_correct,
        (array_agg(created_at ORDER BY seq))[1] AS first_at,
        min(seq) AS first_seq, max(seq) AS last_seq
    FROM {Attempt._meta.db_table} WHERE session_id = given.id GROUP BY item_id
) AS tried
CROSS JOIN LATERAL (
    SELECT prompt, answer FROM {Item._meta.db_table} WHERE id = tried.item_id OFFSET 0
) AS i
ORDER BY given.id, tried.last_seq
"""
