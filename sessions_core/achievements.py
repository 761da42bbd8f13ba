"""Achievements: a small registry that a host project may extend with ``register``."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from . import clock
from .models import AwardedAchievement, PracticeDay, Session, Status


class SessionFacts:
    """What an achievement may be earned by. Only what is looked at costs a query."""

    def __init__(self, session: Session, user_id: int) -> None:
        self.session = session
        self.user_id = user_id

    @property
    def success_rate(self) -> float:
        """Correct attempts / attempts of this session, 0 to 1."""
        attempts = self.session.attempt_count
        return self.session.correct_count / attempts if attempts else 0.0

    @cached_property
    def is_first_completed(self) -> bool:
        """Whether the learner has completed this session and none before it."""
        if self.session.status != Status.COMPLETED or self.session.ended_at is None:
            return False
        end, key = self.session.ended_at, self.session.pk
        mine = Session.objects.filter(user_id=self.user_id, standalone=False)
        earlier = mine.filter(Q(ended_at__lt=end) | Q(ended_at=end, pk__lt=key))
        return not earlier.filter(status=Status.COMPLETED).exists()

    def days_in_a_row(self, count: int) -> bool:
        """Whether the learner ended a session on each of the last ``count`` days.

        Days are those of the zones in which the sessions were begun; the last is this session's.
        """
        last = self.session.local_day
        week = PracticeDay.objects.filter(
            user_id=self.user_id,
            day__range=(last - timedelta(days=count - 1), last),
            ended__gt=0,
        )
        return week.count() == count


@dataclass(frozen=True, slots=True)
class Achievement:
    """``code`` is stored; ``type``, ``name`` and ``description`` are shown."""

    code: str
    type: str
    name: str
    description: str
    is_earned: Callable[[SessionFacts], bool]


_registry: dict[str, Achievement] = {}


def register(achievement: Achievement) -> Achievement:
    """Make ``achievement`` winnable; the same code again replaces it."""
    _registry[achievement.code] = achievement
    return achievement


def award(session: Session) -> None:
    """Award what ``session``, which has just ended, earns its learner for the first time.

    A session given up earns nothing, nor does an answer without a session.
    """
    if session.standalone or session.user_id is None or session.status == Status.CANCELLED:
        return
    kept = AwardedAchievement.objects.filter(user_id=session.user_id)
    had = set(kept.values_list("code", flat=True))
    facts = SessionFacts(session, session.user_id)
    won = [a.code for a in _registry.values() if a.code not in had and a.is_earned(facts)]
    # Two sessions may end at once: the first one to commit has it.
    AwardedAchievement.objects.bulk_create(
        [
            AwardedAchievement(
                user_id=session.user_id,
                code=code,
                session=session,
                awarded_at=session.ended_at or clock.now(),
            )
            for code in won
        ],
        ignore_conflicts=True,
    )


def award_since(user_id: int, since: datetime) -> None:
    """Award what the learner's sessions earn that ended at ``since`` or later, in their order.

    For sessions that came to the learner, or went, after the fact: their days may also earn or
    have earned something for the sessions around them.
    """
    ended = Session.objects.filter(user_id=user_id, standalone=False, ended_at__gte=since)
    for session in ended.order_by("ended_at", "pk").iterator():
        award(session)


def take_back(user_id: int, sessions: Collection[Session], since: datetime) -> None:
    """Take back what ``sessions``, no longer the learner's, had earned or helped to earn.

    ``since``: when the first of them ended. An achievement no longer registered stays.
    """
    awarded = AwardedAchievement.objects.filter(user_id=user_id)
    awarded.filter(session__in=sessions).delete()
    for row in awarded.filter(awarded_at__gte=since).select_related("session"):
        achievement = _registry.get(row.code)
        if achievement and not achievement.is_earned(SessionFacts(row.session, user_id)):
            row.delete()


def awarded_in(session: Session) -> list[Achievement]:
    """The achievements that ``session`` earned. One no longer registered is not shown."""
    rows = AwardedAchievement.objects.filter(session=session).order_by("pk")
    codes = rows.values_list("code", flat=True)
    return [_registry[code] for code in codes if code in _registry]


register(
    Achievement(
        "sharp-mind",
        "accuracy",
        "Sharp Mind",
        "80% success rate in a session",
        lambda facts: facts.session.attempt_count >= 5 and facts.success_rate >= 0.8,
    )
)
register(
    Achievement(
        "flawless",
        "accuracy",
        "Flawless",
        "Every answer correct in a session of ten or more",
        lambda facts: facts.session.attempt_count >= 10 and facts.success_rate == 1.0,
    )
)
register(
    Achievement(
        "ten-in-a-row",
        "streak",
        "Ten in a Row",
        "Ten correct answers in a row",
        lambda facts: facts.session.best_streak >= 10,
    )
)
register(
    Achievement(
        "first-step",
        "milestone",
        "First Step",
        "First session completed",
        lambda facts: facts.is_first_completed,
    )
)
register(
    Achievement(
        "seven-days",
        "streak",
        "Seven Days",
        "Practised on seven days in a row",
        lambda facts: facts.days_in_a_row(7),
    )
)
