"""Items of the catalogue, kept for a moment: what an answer is judged by and what is shown next."""

import time
from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save

from ..lifecycle.submission import ItemFacts
from ..models import Activity, Item
from .postgres import Connection, given_rows

# Seconds that an item is kept: for so long an edit in another process may not be seen.
KEPT = 2.0
MAX_ITEMS = 16_384
# Items read along with one that is needed, since those in use go out of date at the same time.
READ_ALONG = 512

_SELECT = f"""
SELECT i.id, i.type, i.prompt, i.answer, i.alternatives, i.explanation, i.duration_seconds,
    i.is_active, a.forgive_typos
FROM {given_rows({"id": "bigint"})}
CROSS JOIN LATERAL (SELECT * FROM {Item._meta.db_table} WHERE id = given.id OFFSET 0) AS i
CROSS JOIN LATERAL (
    SELECT forgive_typos FROM {Activity._meta.db_table} WHERE id = i.activity_id OFFSET 0
) AS a
"""

_items: dict[int, tuple[float, ItemFacts]] = {}


async def items(connection: Connection, ids: Collection[int]) -> dict[int, ItemFacts]:
    """The items with these ids, by id; unknown ids are absent."""
    oldest = time.monotonic() - KEPT
    found = {pk: kept[1] for pk in ids if (kept := _items.get(pk)) and kept[0] > oldest}
    if len(found) < len(ids):
        found.update(await _read(connection, [pk for pk in ids if pk not in found], oldest))
    return found


async def _read(connection: Connection, missing: list[int], oldest: float) -> dict[int, ItemFacts]:
    # A thread may call ``forget`` at any moment, so this looks at a copy.
    aged = [pk for pk, (read_at, _) in list(_items.items()) if read_at <= oldest]
    for pk in aged:
        _items.pop(pk, None)
    wanted = dict.fromkeys([*missing, *aged[:READ_ALONG]])
    read_at = time.monotonic()
    rows = await connection.rows(_SELECT, [{"id": pk} for pk in wanted])
    read = {row[0]: ItemFacts(*(*row[:4], tuple(row[4]), *row[5:])) for row in rows}
    if len(_items) > MAX_ITEMS:
        _items.clear()
    _items.update({pk: (read_at, item) for pk, item in read.items()})
    return read


def forget(**signal: Any) -> None:
    """Read all items anew: one of them was changed in this process."""
    _items.clear()


for _model in (Item, Activity):
    for _signal in (post_save, post_delete):
        _signal.connect(forget, sender=_model, dispatch_uid="sessions_core.fast.catalogue")
