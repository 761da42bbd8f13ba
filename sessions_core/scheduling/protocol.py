"""``Scheduler`` is the replaceable part (``SESSIONS_SCHEDULER``)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from ..models import Activity

FirstAttempt = tuple[int, bool, datetime]
"""Item id, whether the first attempt of the session was correct, and when it was made."""


class Scheduler(Protocol):
    def choose(
        self,
        user_id: int | None,
        activity: Activity,
        count: int,
        difficulty: str,
        now: datetime,
        seed: int,
    ) -> list[int]:
        """Ids of at most ``count`` distinct active items of ``activity``, in order of practice.

        The same state and ``seed`` give the same list. ``user_id`` is ``None`` for guests.
        """
        ...

    def review(self, user_id: int | None, first_attempts: Sequence[FirstAttempt]) -> None:
        """Learn from the first attempt at each item of a session, when it ends."""
        ...

    def relearn(
        self, user_id: int, item_ids: Collection[int], history: Iterable[FirstAttempt]
    ) -> None:
        """Forget these items, and learn them again from all that the learner ever did with them.

        ``history`` is read from the database as it is iterated: take any lock before. It has an
        item once for each session, in the order in which the sessions ended.
        """
        ...
