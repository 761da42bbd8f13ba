"""Achievements: a small registry that a host project may extend with ``register``."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import orjson

from . import clock
from .lifecycle import statements
from .models import AwardedAchievement, Session, Status
from .session_facts import SessionFacts

_AWARD = (
    f"INSERT INTO {AwardedAchievement._meta.db_table} (user_id, session_id, awarded_at, code) "
    "SELECT %(user_id)s, %(session_id)s::bigint, %(at)s::timestamptz, code "
    "FROM json_array_elements_text(%(codes)s::json) AS code ON CONFLICT DO NOTHING RETURNING code"
)


@dataclass(frozen=True, slots=True)
class Achievement:
    """``code`` is stored; ``type``, ``name`` and ``description`` are shown.

    ``instant``: whether ``is_earned`` asks neither the database nor anybody else, but for what
    ``SessionFacts.read`` has read. Then it may be asked on an event loop.
    """

    code: str
    type: str
    name: str
    description: str
    is_earned: Callable[[SessionFacts], bool]
    instant: bool = False


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
    won = earned(*SessionFacts.read(session, session.user_id))
    return _keep(session, session.user_id, won) if won else []


def are_instant() -> bool:
    """Whether all of them are."""
    return all(achievement.instant for achievement in _registry.values())


def earned(facts: SessionFacts, had: Collection[str]) -> list[str]:
    """The codes that are not among those the learner ``had``. Awards nothing."""
    return [a.code for a in _registry.values() if a.code not in had and a.is_earned(facts)]


def _keep(session: Session, user_id: int, codes: list[str]) -> list[str]:
    """Those of the codes that were awarded here: of two sessions that end at once, the first one
    to commit has it.
    """
    at = session.ended_at or clock.now()
    if statements.on_postgres():
        rows = statements.call(
            _AWARD,
            user_id=user_id,
            session_id=session.pk,
            at=at,
            codes=orjson.dumps(codes).decode(),
        )
        return [code for (code,) in rows]
    AwardedAchievement.objects.bulk_create(
        [
            AwardedAchievement(user_id=user_id, code=code, session=session, awarded_at=at)
            for code in codes
        ],
        ignore_conflicts=True,
    )
    return codes


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
    if session.ending is not None:
        codes = list(session.ending.won)
    else:
        rows = AwardedAchievement.objects.filter(session=session).order_by("pk")
        codes = list(rows.values_list("code", flat=True))
    return [_registry[code] for code in codes if code in _registry]


register(
    Achievement(
        "sharp-mind",
        "accuracy",
        "Sharp Mind",
        "80% success rate in a session",
        lambda facts: facts.session.attempt_count >= 5 and facts.success_rate >= 0.8,
        instant=True,
    )
)
register(
    Achievement(
        "flawless",
        "accuracy",
        "Flawless",
        "Every answer correct in a session of ten or more",
        lambda facts: facts.session.attempt_count >= 10 and facts.success_rate == 1.0,
        instant=True,
    )
)
register(
    Achievement(
        "ten-in-a-row",
        "streak",
        "Ten in a Row",
        "Ten correct answers in a row",
        lambda facts: facts.session.best_streak >= 10,
        instant=True,
    )
)
register(
    Achievement(
        "first-step",
        "milestone",
        "First Step",
        "First session completed",
        lambda facts: facts.is_first_completed,
        instant=True,
    )
)
register(
    Achievement(
        "seven-days",
        "streak",
        "Seven Days",
        "Practised on seven days in a row",
        lambda facts: facts.days_in_a_row(7),
        instant=True,
    )
)
