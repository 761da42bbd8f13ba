"""Look-ups of the answer verb: items, plans, known forms."""

from collections.abc import Collection
from functools import lru_cache

import orjson

from ..models import Activity, Item, KnownForm, Plan
from . import statements
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
    "SELECT i.id, i.type, i.prompt, i.answer, i.alternatives, i.explanation, i.duration_seconds, "
    f"i.is_active, a.forgive_typos FROM {Item._meta.db_table} AS i "
    f"JOIN {Activity._meta.db_table} AS a ON a.id = i.activity_id WHERE i.id = ANY(%s::bigint[])"
)


def load(ids: Collection[int]) -> dict[int, ItemFacts]:
    """The items with these ids, by id, in one query; unknown ids are absent."""
    if statements.on_postgres():
        found = statements.run(_SELECT, statements.array(ids))
        rows = [(*row[:4], orjson.loads(row[4]), *row[5:]) for row in found]
    else:
        rows = list(Item.objects.filter(pk__in=ids).order_by().values_list(*COLUMNS))
    return {row[0]: ItemFacts(*(*row[:4], tuple(row[4]), *row[5:])) for row in rows}


@lru_cache(maxsize=4096)
def plan_of(session_id: int, seed: int) -> tuple[int, ...]:
    """The planned item ids, in order.

    Written once with the session, so a process may remember them; the session's seed in the key
    tells apart a session that was rolled back from a later one under the same id.
    """
    ids = Plan.objects.filter(pk=session_id).values_list("item_ids", flat=True).first()
    return tuple(ids or ())


def is_known_form(form: str) -> bool:
    """Whether some item of the catalogue accepts the normalised ``form``."""
    return KnownForm.objects.filter(pk=form).exists()
