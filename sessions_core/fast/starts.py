"""Sessions begun, by two statements for all who wait: one chooses their items, one writes them."""

from functools import cache
from typing import Any

from ..lifecycle import start
from ..models import (
    Activity,
    Dialect,
    IdempotentResponse,
    Item,
    ItemMemory,
    Plan,
    PracticeDay,
    Session,
)
from ..models.activity import ActivityType
from ..scheduling.choice import NEAREST
from ..scheduling.repetition import shuffled
from ..surfaces.portal import render
from . import catalogue, kept_replies
from .batcher import Charged, Job
from .kept_replies import Keyed
from .postgres import Connection, columns_of, given_rows, types_of

# The most items of a session, and a limit that Postgres can see while it plans.
MAX_ITEMS = 200

Choice = tuple[Session, list[int]]


async def begin(connection: Connection, jobs: list[Job], charged: Charged) -> None:
    """Begin the session that each of the ``jobs`` wants: ``Keyed`` ``Wishes``, with an activity."""
    chosen = await _choose(connection, [job.wanted for job in jobs])
    first = {plan[0] for _, plan in chosen.values()}
    items = await catalogue.items(connection, first)
    allowed = {id(job) for job in await charged(jobs)}
    rows: list[dict[str, Any]] = []
    shown: dict[int, tuple[Job, Any]] = {}
    for number, (session, plan) in chosen.items():
        job, item = jobs[number], items.get(plan[0])
        if id(job) in allowed and item is not None:
            data = render.started(session, item)
            rows.append(_row(job.wanted, session, plan, data))
            shown[session.pk] = job, data
    if rows:
        for (pk,) in await connection.rows(_write(), rows):
            job, job.result = shown[pk]


async def _choose(connection: Connection, wanted: list[Keyed]) -> dict[int, Choice]:
    """The new session and its plan, by the place in ``wanted``; none where there is no such
    activity, nothing in it to practise, or a reply on record under the key.
    """
    new = [start.new(each.actor, Dialect.PORTAL, each.wanted) for each in wanted]
    given = []
    for number, (each, session) in enumerate(zip(wanted, new, strict=True)):
        nearest = dict(zip(("first", "second", "third"), NEAREST[session.difficulty], strict=True))
        given.append(
            {
                "number": number,
                "user_id": session.user_id,
                "activity_id": session.activity_id,
                "size": each.wanted.most_items,
                "at": session.started_at,
                "key": None if each.key is None else each.key.key,
                **nearest,
            }
        )
    chosen = {}
    for number, pk, due, nearest, near, far, later in await connection.rows(_CHOICE, given):
        session = new[number]
        plan = shuffled((due, nearest + near + far, later), session.seed)
        session.pk, session.item_count = pk, len(plan)
        chosen[number] = session, plan
    return chosen


def _row(wanted: Keyed, session: Session, plan: list[int], data: Any) -> dict[str, Any]:
    columns = {name: getattr(session, name) for name in columns_of(Session)}
    return {**columns, "item_ids": plan, **wanted.columns(201, data)}


_ITEMS, _MEMORIES = Item._meta.db_table, ItemMemory._meta.db_table
_SESSIONS, _REPLIES = Session._meta.db_table, IdempotentResponse._meta.db_table


def _remembered(due: str) -> str:
    return f"""
        SELECT m.item_id FROM {_MEMORIES} AS m
        WHERE m.user_id = given.user_id AND m.activity_id = given.activity_id
            AND m.due_at {due} given.at
            AND EXISTS (SELECT FROM {_ITEMS} WHERE id = m.item_id AND is_active OFFSET 0)
        ORDER BY m.due_at, m.item_id LIMIT {MAX_ITEMS}
    """


def _new(difficulty: str) -> str:
    return f"""
        SELECT i.id AS item_id FROM {_ITEMS} AS i
        WHERE i.activity_id = given.activity_id AND i.difficulty = given.{difficulty}
            AND i.is_active AND NOT EXISTS (
                SELECT FROM {_MEMORIES}
                WHERE user_id = given.user_id AND item_id = i.id OFFSET 0
            )
        ORDER BY i.position, i.id LIMIT {MAX_ITEMS}
    """


def _tiers() -> str:
    """The ids that each tier of ``scheduling.choice`` finds, as arrays; none is asked for more than
    those before it have left.
    """
    parts = {
        "due": _remembered("<="),
        "nearest": _new("first"),
        "near": _new("second"),
        "far": _new("third"),
        "later": _remembered(">"),
    }
    joins, left = "", "given.size"
    for name, query in parts.items():
        ids = f"SELECT item_id FROM ({query}) AS found LIMIT greatest(0, {left})"
        joins += f"CROSS JOIN LATERAL (SELECT ARRAY({ids}) AS ids OFFSET 0) AS {name}\n"
        left += f" - cardinality({name}.ids)"
    return joins


# An id that is not used in the end leaves a gap in the sequence, as a rollback does.
_CHOICE = f"""
SELECT given.number, nextval(pg_get_serial_sequence('{_SESSIONS}', 'id')),
    due.ids, nearest.ids, near.ids, far.ids, later.ids
FROM {
    given_rows(
        {
            "number": "int",
            "user_id": "bigint",
            "activity_id": "bigint",
            "size": "int",
            "at": "timestamptz",
            "key": "uuid",
            "first": "text",
            "second": "text",
            "third": "text",
        }
    )
}
CROSS JOIN LATERAL (
    SELECT FROM {Activity._meta.db_table}
    WHERE id = given.activity_id AND is_active AND type <> '{ActivityType.SEQUENCE.value}' OFFSET 0
) AS activity
{_tiers()}
WHERE NOT EXISTS (SELECT FROM {_REPLIES} WHERE key = given.key OFFSET 0)
    AND due.ids || nearest.ids || near.ids || far.ids || later.ids <> ARRAY[]::bigint[]
"""


@cache
def _write() -> str:
    names = columns_of(Session)
    types = {**types_of(Session, names), "item_ids": "jsonb", **kept_replies.types()}
    none_yet = ("ended", "practised", "completed", "seconds", "attempts", "correct")
    return f"""
WITH given AS MATERIALIZED (SELECT * FROM {given_rows(types)}),
kept AS ({kept_replies.keeping("given")}),
begun AS (
    INSERT INTO {_SESSIONS} ({", ".join(names)}) SELECT {", ".join(names)} FROM given
    WHERE kept_key IS NULL OR kept_key IN (SELECT key FROM kept)
    RETURNING id, user_id, local_day
), planned AS (
    INSERT INTO {Plan._meta.db_table} (session_id, item_ids)
    SELECT given.id, given.item_ids FROM given JOIN begun ON begun.id = given.id
), counted AS (
    INSERT INTO {PracticeDay._meta.db_table} AS present
        (user_id, day, started, {", ".join(none_yet)})
    SELECT user_id, local_day, 1, {", ".join("0" for _ in none_yet)} FROM begun ORDER BY user_id
    ON CONFLICT (user_id, day) DO UPDATE SET started = present.started + 1
)
SELECT id FROM begun
"""
