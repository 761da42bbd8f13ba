"""Achievements: a small registry that a host project may extend with ``register``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from .models import AwardedAchievement, PracticeDay, Session, Status


class SessionFacts:
    """What an achievement may be earned by. Only what is looked at costs a query."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def success_rate(self) -> float:
        """Correct attempts / attempts of this session, 0 to 1."""
        attempts = self.session.attempt_count
        return self.session.correct_count / attempts if attempts else 0.0

    @cached_property
    def sessions_completed(self) -> int:
        """The learner's completed sessions, this one included."""
        mine = Session.objects.filter(user_id=self.session.user_id, standalone=False)
        return mine.filter(status=Status.COMPLETED).count()

    @cached_property
    def days_practised(self) -> int:
        """Calendar days on which the learner ended a session."""
        return PracticeDay.objects.filter(user_id=self.session.user_id, ended__gt=0).count()


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
    """Award what ``session``, which has just ended, earns its learner for the first time."""
    if session.standalone or session.user_id is None:
        return
    kept = AwardedAchievement.objects.filter(user_id=session.user_id)
    had = set(kept.values_list("code", flat=True))
    facts = SessionFacts(session)
    won = [a.code for a in _registry.values() if a.code not in had and a.is_earned(facts)]
    # Two sessions may end at once: the first one to commit has it.
    AwardedAchievement.objects.bulk_create(
        [
            AwardedAchievement(
                user_id=session.user_id, code=code, session=session, awarded_at=session.ended_at
            )
            for code in won
        ],
        ignore_conflicts=True,
    )


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
        lambda facts: facts.session.status == Status.COMPLETED and facts.sessions_completed == 1,
    )
)
register(
    Achievement(
        "seven-days",
        "milestone",
        "Seven Days",
        "Practised on seven different days",
        lambda facts: facts.days_practised >= 7,
    )
)
