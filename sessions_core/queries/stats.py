"""A learner's statistics, from the rollup by day: their cost does not grow with the sessions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Sum

from .. import access
from ..actor import Actor
from ..lifecycle.scoring import success_rate
from ..models import OPEN, Completion, PracticeDay, Session
from .streaks import DayStreak, day_streak


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all days. ``seconds`` and the averages are of the ended sessions."""

    started: int
    ended: int
    completed: int
    seconds: int
    attempts: int
    correct: int
    days: int

    @property
    def average_seconds(self) -> int:
        return round(self.seconds / self.ended) if self.ended else 0

    @property
    def completion_rate_percent(self) -> float:
        """Fully completed / started × 100, one decimal."""
        return round(self.completed / self.started * 100, 1) if self.started else 0.0

    @property
    def success_rate(self) -> float:
        return success_rate(self.correct, self.attempts)


def totals(actor: Actor) -> Totals:
    days = access.practice_days(actor)
    names = ("started", "ended", "completed", "seconds", "attempts", "correct")
    sums = days.aggregate(**{name: Sum(name, default=0) for name in names})
    return Totals(**sums, days=days.filter(practised__gt=0).count())


def streak(actor: Actor, today: date) -> DayStreak:
    days = access.practice_days(actor).filter(practised__gt=0)
    return day_streak(days.values_list("day", flat=True), today)


def calendar(actor: Actor, first: date, last: date) -> list[PracticeDay]:
    """The days with ended sessions from ``first`` to ``last``, both included, in order."""
    days = access.practice_days(actor).filter(day__range=(first, last), ended__gt=0)
    return list(days.order_by("day"))


def counted_sessions(actor: Actor, first: date, last: date) -> list[tuple[Session, bool, str]]:
    """(session, whether it counted for its day's streak, why), newest first.

    Of the sessions begun on the local days ``first`` to ``last``, at most a thousand.
    """
    # A zone is at most 14 hours off: the wider range of moments lets the index find the days.
    began = datetime.combine(first, time(), UTC) - timedelta(days=1)
    ended = datetime.combine(last, time(), UTC) + timedelta(days=2)
    rows = access.owned(actor).filter(
        started_at__range=(began, ended), local_day__range=(first, last)
    )
    rows = rows.select_related("activity").order_by("-started_at", "-pk")[:1000]
    return [(row, *_reason(row)) for row in rows]


def _reason(session: Session) -> tuple[bool, str]:
    if session.standalone:
        return False, "A standalone answer is not a session of practice."
    if session.status in OPEN:
        return False, "It has not ended yet."
    if session.completion == Completion.ABANDONED:
        return False, "It was abandoned."
    return True, f"Begun on {session.local_day} in {session.zone}, and {session.completion}."
