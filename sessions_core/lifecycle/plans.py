"""What a session set out to practise. Written once, with its session, so a process may remember."""

import threading
from collections import OrderedDict
from collections.abc import Collection

import orjson

from ..models import Plan
from . import statements
from .statements import Asking, Statement

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
    if statements.on_postgres():
        return statements.resolve(remembering(wanted))
    found, missing = _known(wanted)
    if missing:
        rows = Plan.objects.filter(pk__in=missing).values_list("pk", "item_ids")
        found.update(_remember({missing[session_id]: tuple(ids) for session_id, ids in rows}))
    return found


def remembering(wanted: Collection[PlanKey]) -> Asking[dict[PlanKey, PlannedIds]]:
    """``plans_of`` on Postgres."""
    found, missing = _known(wanted)
    if missing:
        rows = yield Statement(_SELECT, (statements.array(missing),))
        read = {missing[session_id]: tuple(orjson.loads(ids)) for session_id, ids in rows}
        found.update(_remember(read))
    return found


def _known(wanted: Collection[PlanKey]) -> tuple[dict[PlanKey, PlannedIds], dict[int, PlanKey]]:
    """Those in memory, and the keys of the others by their session's id."""
    found, missing = {}, {}
    with _lock:
        for key in wanted:
            plan = _plans.get(key)
            if plan is None:
                missing[key[0]] = key
            else:
                found[key] = plan
    return found, missing


def _remember(read: dict[PlanKey, PlannedIds]) -> dict[PlanKey, PlannedIds]:
    with _lock:
        _plans.update(read)
        while len(_plans) > _MAX_PLANS:
            _plans.popitem(last=False)
    return read


def plan_of(session_id: int, seed: int) -> tuple[int, ...]:
    """The planned item ids of one session; none where it has no plan."""
    return plans_of([(session_id, seed)]).get((session_id, seed), ())
