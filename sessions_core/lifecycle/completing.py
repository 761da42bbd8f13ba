"""The end of a session without a lock: read, decide, and write where nothing has changed since.

By compare and swap, as answers are recorded (``remembered``), with ``xmin`` as a row's version. One
statement writes all that an end changes, so it is its own transaction and no lock outlives it.
Whatever another writer holds or has changed, and a session past its time limit, is left to the way
by the locks (``finish``).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from .. import access, achievements, clock, session_facts
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
from ..session_facts import SessionFacts
from . import close, days, ending, events, outcomes, statements, states
from .close import Ending
from .statements import Alongside, Asking, Statement, Together, Value

#: What is recorded with the end, made of the session as it will be.
Record = Callable[[Session], Alongside | None]

_LOOK = (
    f"SELECT xmin::text, {session_facts.COLUMNS}, {statements.columns(Session)} "
    f"FROM {Session._meta.db_table} AS s WHERE id = %(session_id)s"
)
_BEFORE = 1 + session_facts.WIDTH  # the columns of the session itself
_OWNER = f"(SELECT user_id FROM {Session._meta.db_table} WHERE id = %(session_id)s)"
# How its items went, and what its learner remembers of each.
_WENT = f"""
SELECT went.*, known.* FROM ({outcomes.SELECT}) AS went
LEFT JOIN LATERAL ({memories.of_item("went.item_id", _OWNER)} OFFSET 0) AS known ON true
ORDER BY went.last_seq
"""


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
    now = clock.now()
    rows, went = yield _reading(access.session_id_for(given), now)
    found = statements.instance(Session, rows[0][_BEFORE:]) if rows else None
    session = access.permitted(actor, found, given, route=route, write=True)
    states.require(session, Status.COMPLETED)
    due = session.deadline_at is not None and now > session.deadline_at
    if due or session.user_id is None or not days.counts(session):
        raise SessionBusy
    session.completion, session.poses_completed = Completion.COMPLETED, None
    results = outcomes.from_rows(row[: outcomes.COLUMNS] for row in went)
    session.mastered_count = ending.mastered(results)
    transition, practised = close.conclude(session, Status.COMPLETED, now)
    reviewed = _scheduler().reviewed(_known(went), close.first_attempts(results))
    version, *about = rows[0][:_BEFORE]
    won = achievements.earned(*SessionFacts.of(session, session.user_id, about))
    session.ending = Ending(results, won)
    statement = _statement(session, version, transition, practised, reviewed, record(session))
    ((unchanged, ended),) = yield statement
    if not ended:
        raise KeyInProgress if unchanged else SessionBusy
    publish([events.changed(session, transition)])
    return session


def _reading(session_id: int, now: datetime) -> Together:
    look = Statement(_LOOK, {"session_id": session_id, "at": now}, binary=True)
    return Together((look, Statement(_WENT, {"session_id": session_id}, binary=True)))


def _known(went: Sequence[tuple]) -> list[Memory]:
    """In the order of the items; without those that are not remembered, which have no activity."""
    known = [Memory(row[0], *row[outcomes.COLUMNS :]) for row in went]
    return sorted(
        (memory for memory in known if memory.activity_id is not None),
        key=lambda memory: memory.item_id,
    )


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
    SELECT m.id, reviewed.* FROM reviewed CROSS JOIN LATERAL (
        SELECT id FROM {memory}
        WHERE user_id = %(user_id)s AND item_id = reviewed.item_id AND xmin = reviewed.version
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS m
), held_day AS MATERIALIZED (
    SELECT id FROM {day} WHERE user_id = %(user_id)s AND day = %(local_day)s::date
    FOR NO KEY UPDATE SKIP LOCKED
), ready AS MATERIALIZED (
    SELECT s.id FROM {Session._meta.db_table} AS s, held_day
    WHERE s.id = %(session_id)s AND s.xmin = %(version)s::xid
        AND (SELECT count(*) FROM held_memories) = %(known)s::int
    FOR NO KEY UPDATE OF s SKIP LOCKED
), {"" if alongside is None else f"noted AS ({alongside}),"} ended AS (
    UPDATE {Session._meta.db_table} AS s
    SET {", ".join(f"{name} = %({name})s" for name in (*ending.SET, "mastered_count"))}
    FROM {source} WHERE s.id = %(session_id)s RETURNING s.id
), told AS (
    INSERT INTO {Transition._meta.db_table} (session_id, seq, status, at, active_ms)
    SELECT id, %(last_seq)s, %(status)s, %(at)s, %(active_ms)s FROM ended
), counted AS (
    UPDATE {day} AS present SET {sums} FROM ended
    WHERE present.id = (SELECT id FROM held_day)
), renewed AS (
    UPDATE {memory} AS m SET {", ".join(f"{name} = r.{name}" for name in memories.STATE)}
    FROM held_memories AS r, ended
    WHERE m.id = ANY(ARRAY(SELECT id FROM held_memories)) AND m.id = r.id
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
