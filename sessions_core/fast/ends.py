"""Sessions completed without a lock, many at once: read, decide, and write where nothing changed.

By compare and swap, as answers are recorded: one statement writes all that an end changes, where
session, day and memories are held by nobody and still have the revision they were read with. What
somebody holds or has changed is left to the verb (``lifecycle.end``), as is a session past its
time limit.
"""

from functools import cache
from typing import Any

from .. import achievements, clock
from ..lifecycle import days, end, events
from ..lifecycle.end import Ending
from ..lifecycle.outcomes import ItemResult
from ..models import (
    AwardedAchievement,
    Completion,
    Item,
    ItemMemory,
    PracticeDay,
    Session,
    Status,
    Transition,
)
from ..models.activity import ItemType
from ..scheduling.memories import STATE, Memory, columns
from ..scheduling.repetition import reviewed
from ..session_facts import LOOK_BACK, SessionFacts
from ..surfaces.portal import operations
from . import kept_replies, sessions
from .batcher import Charged, Job
from .notifying import notify_soon
from .postgres import Connection, given_rows, types_of

_SESSION = (*end.WRITTEN, "id", "user_id", "local_day")
_DAY = ("ended", "practised", "completed", "seconds", "attempts", "correct")
_SESSIONS, _MEMORY = Session._meta.db_table, ItemMemory._meta.db_table
_READ = ("state", "step", "stability", "difficulty", "reviewed_at", "revision")

_MEMORIES = f"""
SELECT given.id, i.id, i.activity_id, {", ".join(f"m.{name}" for name in _READ)}
FROM {given_rows({"id": "bigint", "user_id": "bigint", "item_id": "bigint"})}
CROSS JOIN LATERAL (
    SELECT * FROM {Item._meta.db_table}
    WHERE id = given.item_id AND type <> '{ItemType.POSE.value}' OFFSET 0
) AS i
LEFT JOIN LATERAL (
    SELECT * FROM {_MEMORY} WHERE user_id = given.user_id AND item_id = given.item_id OFFSET 0
) AS m ON true
ORDER BY given.id, i.id
"""
_FACTS = f"""
SELECT given.id, EXISTS (
    SELECT 1 FROM {_SESSIONS} AS before
    WHERE before.user_id = given.user_id AND before.status = '{Status.COMPLETED.value}'
        AND NOT before.standalone AND (before.ended_at, before.id) < (given.at, given.id)
), ARRAY(
    SELECT day FROM {PracticeDay._meta.db_table} AS d
    WHERE d.user_id = given.user_id AND d.ended > 0
        AND d.day BETWEEN given.day - {LOOK_BACK - 1} AND given.day
), ARRAY(
    SELECT code FROM {AwardedAchievement._meta.db_table} WHERE user_id = given.user_id
)::text[]
FROM {given_rows({"id": "bigint", "user_id": "bigint", "day": "date", "at": "timestamptz"})}
"""


async def complete(connection: Connection, jobs: list[Job], charged: Charged) -> None:
    """Complete the session that each of the ``jobs`` wants: a ``Keyed`` row's id."""
    now = clock.now()
    wanted = {job.wanted.wanted: job for job in jobs}
    held = {
        pk: session
        for pk, (session, _) in (await sessions.read(connection, wanted)).items()
        if sessions.is_in_time(session, now)
        and not session.standalone
        and wanted[pk].wanted.actor.owns(session.user_id, session.guest)
    }
    if not held:
        return
    results = await sessions.results(connection, held)
    memories = await _memories(connection, held, results)
    facts = await _facts(connection, held, now)
    allowed = {id(job) for job in await charged(jobs)}
    rows, happened = [], {}
    for pk, session in held.items():
        job = wanted[pk]
        if id(job) not in allowed:
            continue
        was = {"was": session.status, "revision": session.revision}
        session.completion, session.poses_completed = Completion.COMPLETED, None
        transition, practised = end.conclude(session, Status.COMPLETED, now, results[pk])
        completed_before, practice_days, had = facts[pk]
        about = SessionFacts(session, completed_before, {*practice_days, session.local_day})
        session.ending = Ending(results[pk], achievements.earned(about, had))
        data = operations.summary(session)
        known = reviewed(memories[pk], end.first_attempts(results[pk]))
        rows.append(
            {
                **was,
                **{name: getattr(session, name) for name in _SESSION},
                **days.of_end(session, practised),
                "at": transition.at,
                "memories": [_memory(each) for each in known],
                "known": sum(each.revision is not None for each in known),
                "codes": session.ending.won,
                **job.wanted.columns(200, data),
            }
        )
        happened[pk] = job, data, events.changed(session, transition)
    if rows:
        for (pk,) in await connection.rows(_write(), rows):
            job, job.result, event = happened[pk]
            notify_soon([event])


async def _memories(
    connection: Connection, held: dict[int, Session], results: dict[int, list[ItemResult]]
) -> dict[int, list[Memory]]:
    """What their learners remember of the items answered, by session, in the order of the items."""
    given = [
        {"id": pk, "user_id": held[pk].user_id, "item_id": result.item_id}
        for pk in held
        for result in results[pk]
    ]
    found: dict[int, list[Memory]] = {pk: [] for pk in held}
    for pk, *memory in await connection.rows(_MEMORIES, given):
        found[pk].append(Memory(*memory))
    return found


async def _facts(
    connection: Connection, held: dict[int, Session], now: Any
) -> dict[int, tuple[bool, list[Any], list[str]]]:
    """Whether the learner has completed a session before, the days of practice, and what has been
    won, by session.
    """
    given = [
        {
            "id": pk,
            "user_id": session.user_id,
            "day": session.local_day,
            "at": max(now, session.started_at),
        }
        for pk, session in held.items()
    ]
    return {row[0]: row[1:] for row in await connection.rows(_FACTS, given)}


def _memory(memory: Memory) -> dict[str, Any]:
    row = columns(memory)
    return {**row, "next_revision": row["revision"], "revision": memory.revision}


@cache
def _write() -> str:
    memory = {**types_of(ItemMemory, STATE), "item_id": "bigint", "activity_id": "bigint"}
    memory_columns = ", ".join(memory)
    revisions = {"revision": "bigint", "next_revision": "bigint"}
    typed = ", ".join(f"{name} {kind}" for name, kind in {**memory, **revisions}.items())
    types = {
        **types_of(Session, _SESSION),
        **dict.fromkeys(_DAY, "int"),
        **kept_replies.types(),
        **{"was": "text", "revision": "bigint", "at": "timestamptz", "known": "int"},
        **{"memories": "json", "codes": "json"},
    }
    day = PracticeDay._meta.db_table
    return f"""
WITH given AS MATERIALIZED (SELECT * FROM {given_rows(types)}),
memories AS MATERIALIZED (
    SELECT given.id AS session_id, given.user_id, m.*
    FROM given CROSS JOIN LATERAL json_to_recordset(given.memories) AS m({typed})
), held_memories AS MATERIALIZED (
    SELECT held.id, memories.* FROM memories CROSS JOIN LATERAL (
        SELECT id FROM {_MEMORY}
        WHERE user_id = memories.user_id AND item_id = memories.item_id
            AND revision = memories.revision
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS held
), held_days AS MATERIALIZED (
    SELECT given.id AS session_id, held.id FROM given CROSS JOIN LATERAL (
        SELECT id FROM {day} WHERE user_id = given.user_id AND day = given.local_day
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS held
), ready AS MATERIALIZED (
    SELECT given.* FROM given CROSS JOIN LATERAL (
        SELECT FROM {_SESSIONS}
        WHERE id = given.id AND revision = given.revision AND status = given.was
            AND user_id = given.user_id AND guest IS NULL
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS held
    WHERE given.id IN (SELECT session_id FROM held_days) AND given.known = (
        SELECT count(*) FROM held_memories WHERE session_id = given.id
    )
), kept AS ({kept_replies.keeping("ready")}),
ended AS (
    UPDATE {_SESSIONS} AS s
    SET {", ".join(f"{name} = ready.{name}" for name in end.WRITTEN)}, revision = s.revision + 1
    FROM ready
    WHERE s.id = ANY(ARRAY(SELECT id FROM ready)) AND s.id = ready.id
        AND (kept_key IS NULL OR kept_key IN (SELECT key FROM kept))
    RETURNING s.id
), moved AS (
    INSERT INTO {Transition._meta.db_table} (session_id, seq, status, at, active_ms)
    SELECT id, last_seq, status, at, active_ms FROM ready WHERE id IN (SELECT id FROM ended)
), counted AS (
    UPDATE {day} AS present
    SET {", ".join(f"{name} = present.{name} + ready.{name}" for name in _DAY)}
    FROM ready JOIN held_days AS held ON held.session_id = ready.id
    WHERE present.id = ANY(ARRAY(SELECT id FROM held_days)) AND present.id = held.id
        AND ready.id IN (SELECT id FROM ended)
), renewed AS (
    UPDATE {_MEMORY} AS m
    SET {", ".join(f"{name} = held.{name}" for name in STATE)}, revision = held.next_revision
    FROM held_memories AS held
    WHERE m.id = ANY(ARRAY(SELECT id FROM held_memories)) AND m.id = held.id
        AND held.session_id IN (SELECT id FROM ended)
), begun AS (
    INSERT INTO {_MEMORY} (user_id, {memory_columns}, revision)
    SELECT user_id, {memory_columns}, next_revision FROM memories
    WHERE revision IS NULL AND session_id IN (SELECT id FROM ended)
), awarded AS (
    INSERT INTO {AwardedAchievement._meta.db_table} (user_id, session_id, awarded_at, code)
    SELECT user_id, id, ended_at, code
    FROM ready CROSS JOIN LATERAL json_array_elements_text(codes) AS code
    WHERE id IN (SELECT id FROM ended)
)
SELECT id FROM ended
"""
