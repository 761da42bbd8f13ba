"""Recording answers on Postgres only where nothing has changed that they were decided from.

The version of a row is ``xmin``, the id of the transaction that wrote it. A key on record moves
nothing, as if its session had changed; so does a session that somebody holds. What is locked here
waits for nobody, so its order is free.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from ..models import Activity, Attempt, Item, Session
from . import attempts, statements
from .attempts import NewAttempt
from .items import VersionedItem
from .statements import Statement, Value

_TYPES = attempts.TYPES | {
    "best_streak": "int",
    "total_ms": "bigint",
    "answered_mask": "text",
}
_columns = attrgetter(*_TYPES)

# The row of the answer that counts the items which are still the same. No session has this id.
_ITEMS = 0


def _moving(value: Callable[[str], str]) -> str:
    """What becomes of a session, with the ``value`` of each column of the answer."""
    return f"""
        answered_count = {value("answered_count")},
        attempt_count = {value("attempt_count")},
        correct_count = {value("correct_count")},
        current_streak = {value("current_streak")},
        best_streak = {value("best_streak")},
        response_ms = {value("total_ms")},
        last_seq = {value("seq")},
        answered_mask = decode({value("answered_mask")}, 'hex')
    """


# Of arrays Postgres expects ten rows, of JSON a hundred: then it would rather read a table of some
# thousand sessions than its index. Rows are looked up one by one (``LATERAL``, ``ANY``): a join
# might be planned while its table is empty, and then read all of an index as long as it is kept.
_SEVERAL = f"""
WITH answered AS (
    SELECT * FROM {statements.read_rows(_TYPES, "answers")}
), same_items AS (
    SELECT count(*) AS number
    FROM unnest(%(items)s::bigint[], %(item_versions)s::xid[], %(activity_versions)s::xid[])
        AS known(id, item_version, activity_version)
    CROSS JOIN LATERAL (
        SELECT activity_id FROM {Item._meta.db_table}
        WHERE id = known.id AND xmin = known.item_version OFFSET 0
    ) AS i CROSS JOIN LATERAL (
        SELECT FROM {Activity._meta.db_table}
        WHERE id = i.activity_id AND xmin = known.activity_version OFFSET 0
    ) AS a
), held AS (
    SELECT s.id
    FROM unnest(%(sessions)s::bigint[], %(versions)s::xid[], %(keys)s::uuid[])
        AS known(id, version, key)
    CROSS JOIN LATERAL (
        SELECT id FROM {Session._meta.db_table}
        WHERE id = known.id AND xmin = known.version
            AND (SELECT number FROM same_items) = %(number)s::int
            AND NOT EXISTS (SELECT 1 FROM {Attempt._meta.db_table} AS a WHERE a.key = known.key)
        OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED
    ) AS s
), moved AS (
    UPDATE {Session._meta.db_table} AS s SET {_moving("answered.{}".format)}
    FROM answered
    WHERE s.id = ANY(ARRAY(SELECT id FROM held)) AND s.id = answered.session_id
    RETURNING s.id, s.xmin
), recorded AS (
    INSERT INTO {Attempt._meta.db_table} ({attempts.COLUMNS})
    SELECT {", ".join(f"answered.{name}" for name in attempts.TYPES)}
    FROM answered JOIN moved ON moved.id = answered.session_id
)
SELECT id, xmin::text FROM moved UNION ALL SELECT {_ITEMS}, number::text FROM same_items
"""


def _given(name: str) -> str:
    return f"%({name})s::{_TYPES[name]}"


# One alone: its values by themselves, its item and the next in the same activity. Postgres takes a
# fifth less for it, of which a third would be lost if it told what has changed.
_ONE = f"""
WITH moved AS (
    UPDATE {Session._meta.db_table} SET {_moving(_given)}
    WHERE id = (
        SELECT id FROM {Session._meta.db_table}
        WHERE id = %(session_id)s::bigint AND xmin = %(version)s::xid
            AND EXISTS (
                SELECT FROM {Item._meta.db_table}
                WHERE id = %(item_id)s::bigint AND xmin = %(item_version)s::xid
            ) AND EXISTS (
                SELECT FROM {Item._meta.db_table}
                WHERE id = %(following)s::bigint AND xmin = %(following_version)s::xid
            ) AND EXISTS (
                SELECT FROM {Activity._meta.db_table}
                WHERE id = %(activity)s::bigint AND xmin = %(activity_version)s::xid
            ) AND NOT EXISTS (
                SELECT FROM {Attempt._meta.db_table} WHERE key = %(key)s::uuid
            )
        FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id, xmin
)
INSERT INTO {Attempt._meta.db_table} ({attempts.COLUMNS})
SELECT {", ".join(map(_given, attempts.TYPES))} FROM moved
RETURNING session_id, (SELECT xmin::text FROM moved)
"""


def recording(
    rows: Sequence[NewAttempt],
    versions: Mapping[int, str],
    needed: Mapping[int, VersionedItem],
    meanwhile: Callable[[], None] | None,
) -> Statement:
    """Records ``rows``, each of a session of its own. ``versions``: of the sessions, by id;
    ``needed``: the items they were decided from, by id.
    """
    if len(rows) == 1:
        (row,) = rows
        item = needed[row.item_id]
        following = item if row.next_item_id is None else needed[row.next_item_id]
        if (item.activity_id, item.activity_version) == (
            following.activity_id,
            following.activity_version,
        ):
            return _one(row, versions[row.session_id], item, following, meanwhile)
    return _several(rows, versions, needed, meanwhile)


def outcome(
    returned: Sequence[tuple[int, str]], needed: Mapping[int, VersionedItem]
) -> tuple[dict[int, str], bool]:
    """Of the rows of ``recording``: the new versions of the sessions it moved, by id; and whether
    some of the items are known to have changed. Of one alone it is not told what was in its way.
    """
    moved = dict(returned)
    number = str(len(needed))
    return moved, moved.pop(_ITEMS, number) != number


def _one(
    row: NewAttempt,
    version: str,
    item: VersionedItem,
    following: VersionedItem,
    meanwhile: Callable[[], None] | None,
) -> Statement:
    values: dict[str, Value] = dict(zip(_TYPES, _columns(row), strict=True))
    values["version"] = version
    values["item_version"] = item.item_version
    values["following"] = following.facts.id
    values["following_version"] = following.item_version
    values["activity"] = item.activity_id
    values["activity_version"] = item.activity_version
    return Statement(_ONE, values, meanwhile)


def _several(
    rows: Sequence[NewAttempt],
    versions: Mapping[int, str],
    needed: Mapping[int, VersionedItem],
    meanwhile: Callable[[], None] | None,
) -> Statement:
    known = needed.values()
    values: dict[str, Value] = {
        "answers": statements.rows(rows),
        "items": statements.array(needed),
        "item_versions": statements.array([item.item_version for item in known]),
        "activity_versions": statements.array([item.activity_version for item in known]),
        "number": len(needed),
        "sessions": statements.array([row.session_id for row in rows]),
        "versions": statements.array([versions[row.session_id] for row in rows]),
        "keys": statements.array([row.key or "NULL" for row in rows]),
    }
    return Statement(_SEVERAL, values, meanwhile)
