"""What sessions set out to practise. A plan is written once, with its session."""

from collections.abc import Collection

from ..models import Plan

ItemIds = tuple[int, ...]


def of_sessions(session_ids: Collection[int]) -> dict[int, ItemIds]:
    """The planned item ids by session id, in order; a session without a plan is absent."""
    rows = Plan.objects.filter(pk__in=session_ids).values_list("pk", "item_ids")
    return {session_id: tuple(ids) for session_id, ids in rows}


def of_session(session_id: int) -> ItemIds:
    """The planned item ids of one session, in order; none where it has no plan."""
    return of_sessions([session_id]).get(session_id, ())
