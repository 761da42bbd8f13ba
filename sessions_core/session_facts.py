"""What an achievement may be earned by."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q

from .lifecycle import statements
from .models import AwardedAchievement, PracticeDay, Session, Status

_WEEK = 7
#: The facts on Postgres, and the codes that the learner has, as columns beside the row ``s`` of a
#: session that ends at ``%(at)s``. That its own day has an end need not be written yet.
COLUMNS = f"""
ARRAY(SELECT code FROM {AwardedAchievement._meta.db_table} WHERE user_id = s.user_id),
EXISTS (
    SELECT 1 FROM {Session._meta.db_table} AS before
    WHERE before.user_id = s.user_id AND before.status = '{Status.COMPLETED.value}'
        AND NOT before.standalone
        AND (before.ended_at, before.id) < (GREATEST(%(at)s::timestamptz, s.started_at), s.id)
),
(
    SELECT count(*) FROM {PracticeDay._meta.db_table} AS d
    WHERE d.user_id = s.user_id AND (d.ended > 0 OR d.day = s.local_day)
        AND d.day BETWEEN s.local_day - {_WEEK - 1} AND s.local_day
)
"""
WIDTH = 3
_READ = f"SELECT {COLUMNS} FROM {Session._meta.db_table} AS s WHERE s.id = %(session_id)s"


class SessionFacts:
    """Only what is looked at costs a query, and of the facts that ``read`` has not even that."""

    def __init__(self, session: Session, user_id: int) -> None:
        self.session = session
        self.user_id = user_id
        self._in_a_row: dict[int, bool] = {}

    @property
    def success_rate(self) -> float:
        """Correct attempts / attempts of this session, 0 to 1."""
        attempts = self.session.attempt_count
        return self.session.correct_count / attempts if attempts else 0.0

    @property
    def is_first_completed(self) -> bool:
        """Whether the learner has completed this session and none before it."""
        return self.session.status == Status.COMPLETED and not self._completed_before

    @cached_property
    def _completed_before(self) -> bool:
        end, key = self.session.ended_at, self.session.pk
        mine = Session.objects.filter(user_id=self.user_id, standalone=False)
        earlier = mine.filter(Q(ended_at__lt=end) | Q(ended_at=end, pk__lt=key))
        return earlier.filter(status=Status.COMPLETED).exists()

    def days_in_a_row(self, count: int) -> bool:
        """Whether the learner ended a session on each of the last ``count`` days.

        Days are those of the zones in which the sessions were begun; the last is this session's.
        """
        if count not in self._in_a_row:
            self._in_a_row[count] = self._days_ended(count) == count
        return self._in_a_row[count]

    def _days_ended(self, count: int) -> int:
        last = self.session.local_day
        return PracticeDay.objects.filter(
            user_id=self.user_id,
            day__range=(last - timedelta(days=count - 1), last),
            ended__gt=0,
        ).count()

    @classmethod
    def read(cls, session: Session, user_id: int) -> tuple["SessionFacts", set[str]]:
        """The facts, and the codes that the learner has already, in one statement."""
        if not statements.on_postgres():
            facts = cls(session, user_id)
            kept = AwardedAchievement.objects.filter(user_id=user_id)
            return facts, set(kept.values_list("code", flat=True))
        (columns,) = statements.call(_READ, session_id=session.pk, at=session.ended_at)
        return cls.of(session, user_id, columns)

    @classmethod
    def of(
        cls, session: Session, user_id: int, columns: Sequence[Any]
    ) -> tuple["SessionFacts", set[str]]:
        """``read`` of the ``COLUMNS``."""
        had, completed_before, days = columns
        facts = cls(session, user_id)
        facts._completed_before = completed_before
        facts._in_a_row[_WEEK] = days == _WEEK
        return facts, set(had)
