"""What there is for a learner to practise in an activity, tier by tier.

Each tier is a range of an index, cut at the number of items still wanted.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet

from ..lifecycle.statements import Asking, Statement
from ..models import Item, ItemMemory
from ..models.activity import Difficulty

# The wanted difficulty first, then its neighbours, the easier one before the harder.
_NEAREST = {
    Difficulty.EASY: (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD),
    Difficulty.MEDIUM: (Difficulty.MEDIUM, Difficulty.EASY, Difficulty.HARD),
    Difficulty.HARD: (Difficulty.HARD, Difficulty.MEDIUM, Difficulty.EASY),
}
_ITEMS, _MEMORIES = Item._meta.db_table, ItemMemory._meta.db_table


def _remembered(due: str) -> str:
    return (
        f"SELECT m.item_id AS id FROM {_MEMORIES} AS m JOIN {_ITEMS} AS i ON i.id = m.item_id "
        "WHERE m.user_id = %(user_id)s AND m.activity_id = %(activity_id)s "
        f"AND m.due_at {due} %(now)s AND i.is_active ORDER BY m.due_at"
    )


def _unmet(difficulty: str) -> str:
    return (
        f"SELECT i.id FROM {_ITEMS} AS i WHERE i.activity_id = %(activity_id)s "
        f"AND i.difficulty = %({difficulty})s AND i.is_active AND NOT EXISTS (SELECT "
        f"FROM {_MEMORIES} AS m WHERE m.user_id = %(user_id)s AND m.item_id = i.id) "
        "ORDER BY i.position, i.id"
    )


_PARTS = {
    "due": _remembered("<="),
    "nearest": _unmet("first"),
    "near": _unmet("second"),
    "far": _unmet("third"),
    "later": _remembered(">"),
}


@cache
def _statement(most: int) -> str:
    """The ids that each part finds, as arrays; none is asked for more than those before left.

    ``most``: a limit that Postgres can see while it plans. Without one it plans for a tenth of
    all the rows there are.
    """
    left, tiers = "%(count)s::bigint", []
    for name, query in _PARTS.items():
        ids = f"SELECT id FROM ({query} LIMIT {most}) AS found LIMIT greatest(0, {left})"
        tiers.append(f"{name} AS MATERIALIZED (SELECT ARRAY({ids}) AS ids)")
        left += f" - (SELECT cardinality(ids) FROM {name})"
    return (
        f"WITH {', '.join(tiers)} SELECT {', '.join(f'{name}.ids' for name in _PARTS)} "
        f"FROM {', '.join(_PARTS)}"
    )


def tiers(
    user_id: int | None, activity_id: int, count: int, difficulty: str, now: datetime
) -> Iterator[list[int]]:
    """Item ids: those due, those never met, those due later; together at most ``count``."""
    levels = _NEAREST[Difficulty(difficulty)]
    for tier in (_due, _new, _later):
        found = tier(user_id, activity_id, count, levels, now) if count > 0 else []
        count -= len(found)
        yield found


Levels = tuple[str, str, str]


def asking_tiers(
    user_id: int | None, activity_id: int, count: int, difficulty: str, now: datetime
) -> Asking[tuple[list[int], list[int], list[int]]]:
    """``tiers`` on Postgres: one statement."""
    levels = map(str, _NEAREST[Difficulty(difficulty)])
    most = 1 << max(0, count - 1).bit_length()  # Few statements, for all the counts there are.
    values = {"user_id": user_id, "activity_id": activity_id, "count": count, "now": now}
    named = dict(zip(("first", "second", "third"), levels, strict=True))
    ((due, nearest, near, far, later),) = yield Statement(_statement(most), {**values, **named})
    return due, nearest + near + far, later


def _memories(user_id: int, activity_id: int) -> QuerySet[ItemMemory]:
    rows = ItemMemory.objects.filter(user_id=user_id, activity=activity_id, item__is_active=True)
    return rows.order_by("due_at")


def _due(
    user_id: int | None, activity_id: int, count: int, levels: Levels, now: datetime
) -> list[int]:
    if user_id is None:
        return []
    due = _memories(user_id, activity_id).filter(due_at__lte=now)
    return list(due.values_list("item_id", flat=True)[:count])


def _later(
    user_id: int | None, activity_id: int, count: int, levels: Levels, now: datetime
) -> list[int]:
    if user_id is None:
        return []
    later = _memories(user_id, activity_id).filter(due_at__gt=now)
    return list(later.values_list("item_id", flat=True)[:count])


def _new(
    user_id: int | None, activity_id: int, count: int, levels: Levels, now: datetime
) -> list[int]:
    """Items without a memory, one query for each difficulty until there are enough."""
    items = Item.objects.filter(activity=activity_id, is_active=True).order_by("position", "pk")
    if user_id is not None:
        remembered = ItemMemory.objects.filter(user_id=user_id, item_id=OuterRef("pk"))
        items = items.filter(~Exists(remembered))
    found: list[int] = []
    for level in levels:
        if len(found) < count:
            rows = items.filter(difficulty=level).values_list("pk", flat=True)
            found += rows[: count - len(found)]
    return found
