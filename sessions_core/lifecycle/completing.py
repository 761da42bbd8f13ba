"""The end of a session without a lock: read, decide, and write where nothing has changed since.

By compare and swap, as answers are recorded (``remembered``), with ``xmin`` as a row's version. One
statement writes all that an end changes, so it is its own transaction and no lock outlives it.
Whatever another writer holds or has changed, and a session past its time limit, is left to the way
by the locks (``finish``).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from .. import access, achievements, clock
from ..actor import Actor
from ..app_settings import app_settings
from ..errors import KeyInProgress, SessionBusy
from ..models import (
    AwardedAchievement,
    Completion,
    ItemMemory,
    PracticeDay,
    Session,
    Status,
    Transition,
)
from ..scheduling import asks, memories
from ..scheduling.memories import Memory
from . import close, days, ending, events, outcomes, statements, states
from .close import Ending
from .statements import Alongside, Asking, Statement, Value

#: What is recorded with the end, made of the session as it will be.
Record = Callable[[Session], Alongside | None]

_LOOK = (
    f"SELECT xmin::text, {statements.columns(Session)} FROM {Session._meta.db_table} "
    "WHERE id = %(session_id)s"
)


def is_possible() -> bool:
    """Whether neither scheduler nor achievements have to be asked where waiting is allowed."""
    return asks(app_settings.load("SCHEDULER")) and achievements.are_instant()


def completing(
    actor: Actor,
    given: object,
    *,
    route: str,
    record: Record,
    publish: Callable[[list[events.SessionEvent]], None] = events.publish,
) -> Asking[Session]:
    """``finish.complete``, for whoever runs the statements. On Postgres, where ``is_possible``.

    ``record``: what is to be written with it. ``publish`` is given what has happened. Raises
    ``SessionBusy`` for what is left to the locks, and ``KeyInProgress`` where what ``record`` made
    must not be written; nothing was done then.
    """
    rows = yield Statement(_LOOK, {"session_id": access.session_id_for(given)}, binary=True)
    found = statements.instance(Session, rows[0][1:]) if rows else None
    session = access.permitted(actor, found, given, route=route, write=True)
    states.require(session, Status.COMPLETED)
    now = clock.now()
    due = session.deadline_at is not None and now > session.deadline_at
    if due or session.user_id is None or not days.counts(session):
        raise SessionBusy
    session.completion, session.poses_completed = Completion.COMPLETED, None
    results = outcomes.from_rows((yield outcomes.asking(session.pk)))
    session.mastered_count = ending.mastered(results)
    transition, practised = close.conclude(session, Status.COMPLETED, now)
    reviewed = yield from _scheduler().reviewing(session.user_id, close.first_attempts(results))
    won = yield from achievements.earning(session)
    session.ending = Ending(results, won)
    statement = _statement(session, rows[0][0], transition, practised, reviewed, record(session))
    ((unchanged, ended),) = yield statement
    if not ended:
        raise KeyInProgress if unchanged else SessionBusy
    publish([events.changed(session, transition)])
    return session


def _scheduler() -> Any:
    return app_settings.load("SCHEDULER")()


def _statement(
    session: Session,
    version: str,
    transition: Transition,
    practised: int,
    reviewed: Sequence[Memory],
    alongside: Alongside | None,
) -> Statement:
    """Answers two numbers, each 1 or 0: whether nothing has changed, and whether it is ended."""
    values: dict[str, Value] = {
        "session_id": session.pk,
        "version": version,
        "user_id": session.user_id,
        "local_day": session.local_day,
        "at": transition.at,
        "memories": statements.rows(reviewed),
        "known": sum(memory.version is not None for memory in reviewed),
        "codes": statements.rows(session.ending.won if session.ending else []),
        **{name: getattr(session, name) for name in ending.SET},
        "mastered_count": session.mastered_count,
        **days.of_end(session, practised),
    }
    if alongside is not None:
        values.update(alongside.values)
    return Statement(_text(alongside.sql if alongside else None), values)


@cache
def _text(alongside: str | None) -> str:
    """Nothing waits here while it holds something, but for a unique key that is being written.

    What is to be changed is held first, each by ``SKIP LOCKED``; then the versions are true until
    the end. A memory that another session has begun meanwhile, and an achievement that it has won,
    break the statement.
    """
    source = "ready" if alongside is None else "noted"
    memory, day = ItemMemory._meta.db_table, PracticeDay._meta.db_table
    sums = ", ".join(f"{name} = present.{name} + %({name})s::int" for name in ending.DAY)
    return f"""
WITH reviewed AS (
    SELECT * FROM {statements.read_rows(memories.SENT, "memories")}
), held_memories AS MATERIALIZED (
    SELECT count(*) AS number FROM (
        SELECT m.id FROM reviewed JOIN {memory} AS m
        ON m.user_id = %(user_id)s AND m.item_id = reviewed.item_id AND m.xmin = reviewed.version
        FOR NO KEY UPDATE OF m SKIP LOCKED
    ) AS held
), held_day AS MATERIALIZED (
    SELECT id FROM {day} WHERE user_id = %(user_id)s AND day = %(local_day)s::date
    FOR NO KEY UPDATE SKIP LOCKED
), ready AS MATERIALIZED (
    SELECT s.id FROM {Session._meta.db_table} AS s, held_day
    WHERE s.id = %(session_id)s AND s.xmin = %(version)s::xid
        AND (SELECT number FROM held_memories) = %(known)s::int
    FOR NO KEY UPDATE OF s SKIP LOCKED
), {"" if alongside is None else f"noted AS ({alongside}),"} ended AS (
    UPDATE {Session._meta.db_table} AS s
    SET {", ".join(f"{name} = %({name})s" for name in (*ending.SET, "mastered_count"))}
    FROM {source} WHERE s.id = %(session_id)s RETURNING s.id
), told AS (
    INSERT INTO {Transition._meta.db_table} (session_id, seq, status, at, active_ms)
    SELECT id, %(last_seq)s, %(status)s, %(at)s, %(active_ms)s FROM ended
), counted AS (
    UPDATE {day} AS present SET {sums} FROM ended, held_day WHERE present.id = held_day.id
), renewed AS (
    UPDATE {memory} AS m SET {", ".join(f"{name} = r.{name}" for name in memories.STATE)}
    FROM reviewed AS r, ended
    WHERE m.user_id = %(user_id)s AND m.item_id = r.item_id AND r.version IS NOT NULL
), met AS (
    INSERT INTO {memory} (user_id, {memories.COLUMNS})
    SELECT %(user_id)s, {memories.COLUMNS} FROM reviewed, ended WHERE version IS NULL
), awarded AS (
    INSERT INTO {AwardedAchievement._meta.db_table} (user_id, session_id, awarded_at, code)
    SELECT %(user_id)s, id, %(ended_at)s, code
    FROM json_array_elements_text(%(codes)s::json) AS code, ended
)
SELECT (SELECT count(*) FROM ready), (SELECT count(*) FROM ended)
"""
