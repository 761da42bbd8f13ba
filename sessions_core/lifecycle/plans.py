"""What a session set out to practise. Written once, with its session, so a process may remember."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping

import orjson

from ..models import Plan
from . import statements

PlanKey = tuple[int, int]
PlannedIds = tuple[int, ...]

_SELECT = (
    f"SELECT session_id, item_ids FROM {Plan._meta.db_table} WHERE session_id = ANY(%s::bigint[])"
)
_MAX_PLANS = 8192
_plans: OrderedDict[PlanKey, PlannedIds] = OrderedDict()
_lock = threading.Lock()


def plans_of(wanted: Collection[PlanKey]) -> dict[PlanKey, PlannedIds]:
    """The planned item ids of each ``(session id, seed)``, in order; at most one query.

    The seed tells apart a session that was rolled back from a later one under the same id.
    """
    with _lock:
        found = {key: _plans[key] for key in wanted if key in _plans}
    missing = {key[0]: key for key in wanted if key not in found}
    if missing:
        read = _read_plans(missing)
        found.update(read)
        with _lock:
            _plans.update(read)
            while len(_plans) > _MAX_PLANS:
                _plans.popitem(last=False)
    return found


def _read_plans(keys: Mapping[int, PlanKey]) -> dict[PlanKey, PlannedIds]:
    if statements.on_postgres():
        found = statements.run(_SELECT, statements.array(keys))
        rows = [(session_id, orjson.loads(ids)) for session_id, ids in found]
    else:
        rows = list(Plan.objects.filter(pk__in=keys).values_list("pk", "item_ids"))
    return {keys[session_id]: tuple(ids) for session_id, ids in rows}


def plan_of(session_id: int, seed: int) -> tuple[int, ...]:
    """The planned item ids of one session; none where it has no plan."""
    return plans_of([(session_id, seed)]).get((session_id, seed), ())
