"""Achievements: a small registry that a host project may extend with ``register``."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from . import clock, session_facts
from .models import AwardedAchievement, Session, Status
from .session_facts import SessionFacts


@dataclass(frozen=True, slots=True)
class Achievement:
    """``code`` is stored; ``type``, ``name`` and ``description`` are shown.

    ``is_earned`` decides from the facts alone: it may be called on an event loop, so it must
    neither wait nor ask the database.
    """

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


def award(session: Session) -> list[str]:
    """Award what ``session``, which has just ended, earns its learner for the first time.

    Returns the codes. A session given up earns nothing, nor does an answer without a session.
    """
    if session.standalone or session.user_id is None or session.status == Status.CANCELLED:
        return []
    won = earned(session_facts.read(session, session.user_id), codes_of(session.user_id))
    at = session.ended_at or clock.now()
    about = {"user_id": session.user_id, "session": session, "awarded_at": at}
    # Of two sessions that end at once, the first one to commit has it.
    AwardedAchievement.objects.bulk_create(
        [AwardedAchievement(code=code, **about) for code in won], ignore_conflicts=True
    )
    return awarded_codes(session) if won else []


def codes_of(user_id: int) -> set[str]:
    """The codes of what the learner has won so far."""
    rows = AwardedAchievement.objects.filter(user_id=user_id)
    return set(rows.values_list("code", flat=True))


def awarded_codes(session: Session) -> list[str]:
    """The codes of what was won in ``session``."""
    rows = AwardedAchievement.objects.filter(session=session).order_by("pk")
    return list(rows.values_list("code", flat=True))


def earned(facts: SessionFacts, had: Collection[str]) -> list[str]:
    """The codes that are not among those the learner ``had``. Awards nothing."""
    return [a.code for a in _registry.values() if a.code not in had and a.is_earned(facts)]


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
        if achievement and not achievement.is_earned(session_facts.read(row.session, user_id)):
            row.delete()


def awarded_in(session: Session) -> list[Achievement]:
    """The achievements that ``session`` earned. One no longer registered is not shown."""
    codes = awarded_codes(session) if session.ending is None else session.ending.won
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
