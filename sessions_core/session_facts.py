"""What an achievement may be earned by."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from .models import PracticeDay, Session, Status

#: How many days back the facts reach: no run of days is longer than that to them.
LOOK_BACK = 366


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session that has just ended, and what its learner had done before.

    ``days`` are the learner's days of practice, in the zones in which the sessions were begun, as
    far back as ``LOOK_BACK``. The session's own day is one of them.
    """

    session: Session
    completed_before: bool
    days: Collection[date]

    @property
    def success_rate(self) -> float:
        """Correct attempts / attempts of this session, 0 to 1."""
        attempts = self.session.attempt_count
        return self.session.correct_count / attempts if attempts else 0.0

    @property
    def is_first_completed(self) -> bool:
        """Whether the learner has completed this session and none before it."""
        return self.session.status == Status.COMPLETED and not self.completed_before

    def days_in_a_row(self, count: int) -> bool:
        """Whether the learner ended a session on each of the ``count`` days up to this one."""
        last = self.session.local_day
        return all(last - timedelta(days=back) in self.days for back in range(count))


def read(session: Session, user_id: int) -> SessionFacts:
    """The facts of ``session``, whose end has been written down."""
    end, key, last = session.ended_at, session.pk, session.local_day
    mine = Session.objects.filter(user_id=user_id, standalone=False, status=Status.COMPLETED)
    days = PracticeDay.objects.filter(
        user_id=user_id, day__range=(last - timedelta(days=LOOK_BACK - 1), last), ended__gt=0
    )
    return SessionFacts(
        session=session,
        completed_before=mine.filter(Q(ended_at__lt=end) | Q(ended_at=end, pk__lt=key)).exists(),
        days=set(days.values_list("day", flat=True)),
    )
