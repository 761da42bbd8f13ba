"""What the start of a session writes down: its row, its plan, its day."""

from functools import cache

import orjson
from django.db import connection

from ..models import Activity, Item, Plan, Session
from . import days
from .items import VersionedItem
from .statements import Alongside, Statement, Value

_FIELDS = [field.attname for field in Session._meta.concrete_fields]
# Of bytes there would be two spellings; none of its items has been answered.
_GIVEN = [name for name in _FIELDS if name != "answered_mask"]


def write(session: Session, plan: list[int]) -> None:
    """Write the new ``session``, which plans these items, and attach its plan to it. On SQLite."""
    session.save(force_insert=True)
    if plan:
        Plan.objects.create(session=session, item_ids=plan)
    days.count_start(session)


def writing(
    session: Session,
    plan: list[int],
    first: VersionedItem | None,
    alongside: Alongside | None,
) -> Statement:
    """The statement that does so on Postgres, for a ``session`` that has its id.

    It answers two numbers, each 1 or 0: whether ``first`` of the ``plan`` is still as it was read,
    and its activity too; and whether the session has been begun.
    """
    values: dict[str, Value] = {name: getattr(session, name) for name in _GIVEN}
    values.update(
        item_ids=orjson.dumps(plan).decode(),
        started=1,
        counts=days.counts(session),
        first_id=plan[0] if plan else None,
        item_version=first.item_version if first else None,
        activity_version=first.activity_version if first else None,
    )
    if alongside is not None:
        values.update(alongside.values)
    return Statement(_text(alongside.sql if alongside else None), values)


def attach(session: Session, plan: list[int], first: VersionedItem | None) -> None:
    """Give the ``session`` that is to be written what it will be shown with."""
    session._state.adding, session._state.db = False, connection.alias
    if plan:
        Plan(session=session, item_ids=plan)._state.adding = False
        session.first_item = first.facts if first else None


@cache
def _text(alongside: str | None) -> str:
    source = "ready" if alongside is None else "noted"
    return f"""
WITH ready AS MATERIALIZED (
    SELECT 1 WHERE %(first_id)s::bigint IS NULL OR EXISTS (
        SELECT 1 FROM {Item._meta.db_table} AS i CROSS JOIN LATERAL (
            SELECT FROM {Activity._meta.db_table}
            WHERE id = i.activity_id AND xmin = %(activity_version)s::xid OFFSET 0
        ) AS a WHERE i.id = %(first_id)s::bigint AND i.xmin = %(item_version)s::xid
    )
), {"" if alongside is None else f"noted AS ({alongside}),"} begun AS (
    INSERT INTO {Session._meta.db_table} ({", ".join(_GIVEN)}, answered_mask)
    SELECT {", ".join(f"%({name})s" for name in _GIVEN)}, '' FROM {source} RETURNING id
), planned AS (
    INSERT INTO {Plan._meta.db_table} (session_id, item_ids)
    SELECT id, %(item_ids)s::jsonb FROM begun WHERE %(item_count)s > 0
), counted AS (
    {days.adding(["started"], "EXISTS (SELECT FROM begun)")}
)
SELECT (SELECT count(*) FROM ready), (SELECT count(*) FROM begun)
"""
