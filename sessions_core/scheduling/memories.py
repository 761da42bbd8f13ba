"""What learners remember, as rows without what model instances cost."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..lifecycle import statements
from ..models import Item, ItemMemory
from ..models.activity import ItemType

STATE = {
    "state": "smallint",
    "step": "smallint",
    "stability": "float8",
    "difficulty": "float8",
    "due_at": "timestamptz",
    "reviewed_at": "timestamptz",
}
# As ``statements.rows`` sends them.
SENT = {"item_id": "bigint", "activity_id": "bigint", **STATE, "version": "xid"}
_READ = ("state", "step", "stability", "difficulty", "reviewed_at")
_TABLE = ItemMemory._meta.db_table
COLUMNS = ", ".join(("item_id", "activity_id", *STATE))


_LOCK = f"""
WITH known AS (
    SELECT item_id, {", ".join(_READ)}, xmin::text AS version FROM {_TABLE}
    WHERE user_id = %(user_id)s AND item_id = ANY(%(item_ids)s::bigint[])
    ORDER BY item_id FOR UPDATE
)
SELECT i.id, i.activity_id, {", ".join(f"known.{name}" for name in (*_READ, "version"))}
FROM {Item._meta.db_table} AS i LEFT JOIN known ON known.item_id = i.id
WHERE i.id = ANY(%(item_ids)s::bigint[]) AND i.type <> '{ItemType.POSE.value}' ORDER BY i.id
"""
_WRITE = (
    f"INSERT INTO {_TABLE} (user_id, {COLUMNS}) "
    f"SELECT %s, {COLUMNS} FROM {statements.read_rows(SENT)} "
    "ON CONFLICT (user_id, item_id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in STATE)}"
)


@dataclass(slots=True)
class Memory:
    """A learner's ``ItemMemory``. ``state`` is ``None`` where there is no row yet.

    ``version``: which transaction (``xmin``) wrote the row, on Postgres.
    """

    item_id: int
    activity_id: int
    state: int | None = None
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    reviewed_at: datetime | None = None
    version: str | None = None
    due_at: datetime | None = None  # Of one that was reviewed here.

    def forgotten(self) -> "Memory":
        return Memory(self.item_id, self.activity_id)


def locked(user_id: int, item_ids: Collection[int]) -> list[Memory]:
    """The learner's memory of those of the items that are remembered, in the order of their ids.

    Rows there are stay locked until the transaction ends.
    """
    rows: Iterable[tuple]
    if statements.on_postgres():
        rows = statements.call(_LOCK, user_id=user_id, item_ids=statements.array(item_ids))
    else:
        rows = _locked_by_orm(user_id, item_ids)
    return [Memory(*row) for row in rows]


def of_item(item_id: str, user_id: str) -> str:
    """A query on Postgres of these two expressions, without a lock: the columns of a ``Memory``
    after its item. No row where that item is none that is remembered.
    """
    return f"""
SELECT i.activity_id, {", ".join(f"m.{name}" for name in _READ)}, m.xmin::text AS version
FROM {Item._meta.db_table} AS i
LEFT JOIN {_TABLE} AS m ON m.item_id = i.id AND m.user_id = {user_id}
WHERE i.id = {item_id} AND i.type <> '{ItemType.POSE.value}'
"""


def _locked_by_orm(user_id: int, item_ids: Collection[int]) -> list[tuple]:
    items = Item.objects.filter(pk__in=item_ids).exclude(type=ItemType.POSE).order_by("pk")
    known = ItemMemory.objects.filter(user_id=user_id, item_id__in=item_ids)
    known = known.order_by("item_id").select_for_update()
    states = {row[0]: row[1:] for row in known.values_list("item_id", *_READ)}
    blank = (None,) * len(_READ)
    return [(*row, *states.get(row[0], blank)) for row in items.values_list("pk", "activity_id")]


def write(user_id: int, reviewed: Sequence[Memory]) -> None:
    """Insert or update them all, in the order given: one statement on Postgres."""
    if not reviewed:
        return
    if statements.on_postgres():
        statements.run(_WRITE, str(user_id), statements.rows(reviewed))
        return
    ItemMemory.objects.bulk_create(
        [ItemMemory(user_id=user_id, **_columns(row)) for row in reviewed],
        update_conflicts=True,
        unique_fields=["user", "item"],
        update_fields=list(STATE),
    )


def _columns(row: Memory) -> dict[str, Any]:
    columns = asdict(row)
    del columns["version"]
    return columns


def forget(user_id: int, item_ids: Collection[int]) -> None:
    ItemMemory.objects.filter(user_id=user_id, item_id__in=item_ids).delete()
