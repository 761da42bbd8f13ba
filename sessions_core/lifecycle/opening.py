"""What the start of a session writes down: its row, its plan, its day."""

import orjson
from django.db import connection

from ..models import Activity, Item, Plan, Session
from . import days, statements
from .submission import ItemFacts

_FIELDS = [field.attname for field in Session._meta.concrete_fields]
# Of bytes there would be two spellings; none of its items has been answered.
_GIVEN = [name for name in _FIELDS if name not in {"id", "answered_mask"}]
_WRITE = f"""
WITH begun AS (
    INSERT INTO {Session._meta.db_table} ({", ".join(_GIVEN)}, answered_mask)
    VALUES ({", ".join(f"%({name})s" for name in _GIVEN)}, '') RETURNING id
), planned AS (
    INSERT INTO {Plan._meta.db_table} (session_id, item_ids)
    SELECT id, %(item_ids)s::jsonb FROM begun WHERE %(item_count)s > 0
), counted AS (
    {days.adding(["started"])}
)
SELECT begun.id, i.id, i.type, i.prompt, i.answer, i.alternatives::text, i.explanation,
    i.duration_seconds, i.is_active, a.forgive_typos
FROM begun
LEFT JOIN {Item._meta.db_table} AS i ON i.id = (%(item_ids)s::jsonb ->> 0)::bigint
LEFT JOIN {Activity._meta.db_table} AS a ON a.id = i.activity_id
"""


def write(session: Session, plan: list[int]) -> None:
    """Write the new ``session``, which plans these items, and attach its plan to it; on Postgres
    also its first item, which whoever began it asks for next.
    """
    if not statements.on_postgres():
        session.save(force_insert=True)
        if plan:
            Plan.objects.create(session=session, item_ids=plan)
        days.count_start(session)
        return
    ((session.pk, *first),) = statements.call(
        _WRITE,
        **{name: getattr(session, name) for name in _GIVEN},
        item_ids=orjson.dumps(plan).decode(),
        started=1,
        counts=days.counts(session),
    )
    session._state.adding, session._state.db = False, connection.alias
    if plan:
        Plan(session=session, item_ids=plan)._state.adding = False
        session.first_item = ItemFacts(*(*first[:4], tuple(orjson.loads(first[4])), *first[5:]))
