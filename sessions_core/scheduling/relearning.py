"""What the attempts of sessions teach the scheduler about their learner."""

from collections.abc import Collection, Iterator

from ..app_settings import app_settings
from ..models import Attempt, Session
from .protocol import FirstAttempt


def learn_again(user_id: int, changed: Collection[Session]) -> None:
    """Derive the memory of the items in ``changed`` anew: those sessions came to the learner, or
    went.
    """
    attempts = Attempt.objects.filter(session__in=changed).order_by()
    item_ids = set(attempts.values_list("item_id", flat=True).distinct())
    scheduler = app_settings.load("SCHEDULER")()
    scheduler.relearn(user_id, item_ids, _history(user_id, item_ids))


def _history(user_id: int, item_ids: Collection[int]) -> Iterator[FirstAttempt]:
    """The first attempt at each of the items in each session, in the order the sessions ended."""
    rows = Attempt.objects.filter(
        session__user_id=user_id,
        session__standalone=False,
        session__ended_at__isnull=False,
        item_id__in=item_ids,
    ).order_by("session__ended_at", "session_id", "seq")
    seen: set[tuple[int, int]] = set()
    columns = rows.values_list("session_id", "item_id", "correct", "created_at")
    for session_id, item_id, correct, at in columns.iterator():
        if (session_id, item_id) not in seen:
            seen.add((session_id, item_id))
            yield item_id, correct, at
