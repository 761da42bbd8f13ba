"""Look-ups of the answer verb: items, and the forms that the catalogue knows."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass

import orjson

from ..models import Activity, Item, KnownForm
from . import statements
from .statements import Asking, Statement
from .submission import ItemFacts

COLUMNS = (
    "id",
    "type",
    "prompt",
    "answer",
    "alternatives",
    "explanation",
    "duration_seconds",
    "is_active",
    "activity__forgive_typos",
)

_SELECT = (
    "SELECT i.xmin::text, i.activity_id, a.xmin::text, i.id, i.type, i.prompt, i.answer, "
    "i.alternatives, i.explanation, i.duration_seconds, "
    f"i.is_active, a.forgive_typos FROM {Item._meta.db_table} AS i "
    f"CROSS JOIN LATERAL (SELECT xmin, forgive_typos FROM {Activity._meta.db_table} "
    "WHERE id = i.activity_id OFFSET 0) AS a WHERE i.id = ANY(%s::bigint[])"
)


@dataclass(frozen=True, slots=True)
class VersionedItem:
    """An item, and which transactions (``xmin``) wrote its row and its activity's, on Postgres."""

    facts: ItemFacts
    item_version: str
    activity_id: int
    activity_version: str


_MAX_ITEMS = 16_384
_items: OrderedDict[int, VersionedItem] = OrderedDict()
_lock = threading.Lock()


def load(ids: Collection[int]) -> dict[int, ItemFacts]:
    """The items with these ids, by id, in one query; unknown ids are absent."""
    if statements.on_postgres():
        return facts(statements.resolve(reading(ids)))
    rows = Item.objects.filter(pk__in=ids).order_by().values_list(*COLUMNS)
    return {row[0]: ItemFacts(*(*row[:4], tuple(row[4]), *row[5:])) for row in rows}


def facts(found: Mapping[int, VersionedItem]) -> dict[int, ItemFacts]:
    return {item_id: item.facts for item_id, item in found.items()}


def reading(ids: Collection[int]) -> Asking[dict[int, VersionedItem]]:
    """``load`` on Postgres, with the versions; remembers what it has read."""
    rows = yield Statement(_SELECT, (statements.array(ids),))
    read = {
        row[3]: VersionedItem(
            ItemFacts(*(*row[3:7], tuple(orjson.loads(row[7])), *row[8:])), *row[:3]
        )
        for row in rows
    }
    with _lock:
        _items.update(read)
        while len(_items) > _MAX_ITEMS:
            _items.popitem(last=False)
    return read


def remembering(ids: Set[int]) -> Asking[dict[int, VersionedItem]]:
    """``load`` from this process's memory, on Postgres: whoever writes anything down on the word
    of it has to look whether the versions still hold.
    """
    with _lock:
        found = {item_id: _items[item_id] for item_id in ids if item_id in _items}
    missing = ids - found.keys()
    if missing:
        found.update((yield from reading(missing)))
    return found


def forget(ids: Collection[int]) -> None:
    """Read these anew the next time."""
    with _lock:
        for item_id in ids:
            _items.pop(item_id, None)


def is_known_form(form: str) -> bool:
    """Whether some item of the catalogue accepts the normalised ``form``."""
    return KnownForm.objects.filter(pk=form).exists()
