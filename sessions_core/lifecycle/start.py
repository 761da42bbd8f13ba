"""Begin a session, and plan what is practised in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbits

from .. import clock
from ..actor import Actor
from ..app_settings import app_settings
from ..errors import ActivityNotFound, EmptyActivity
from ..models import Activity, Session, SessionType
from ..models.activity import ActivityType, Difficulty
from ..retrying import retrying
from ..zones import local_day
from . import opening, statements
from .whole import whole

_ACTIVITY = (
    f"SELECT {statements.columns(Activity)} FROM {Activity._meta.db_table} "
    "WHERE id = %(activity_id)s AND is_active"
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a caller may ask of a session. ``time_limit`` in seconds of active time."""

    activity_id: int | None = None
    activity_type: str | None = None
    difficulty: str = Difficulty.MEDIUM
    item_count: int | None = None
    time_limit: int | None = None
    session_type: str = SessionType.PRACTICE
    zone: str = "UTC"


def start(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    """A new active session of ``actor``, its plan attached as ``session.plan`` where it has one.

    With an activity, its items are planned: all of a sequence, in order; of anything else,
    ``item_count`` of them at the most, chosen by the scheduler. Without one, any item may be
    answered. Raises ``ActivityNotFound``, ``EmptyActivity``.
    """
    return retrying(_start, actor, dialect, wishes)


@whole()
def _start(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    now = clock.now()
    seed = app_settings.SCHEDULER_SEED
    session = Session(
        user_id=actor.user_id,
        guest=actor.guest if actor.user_id is None else None,
        dialect=dialect,
        difficulty=wishes.difficulty,
        time_limit=wishes.time_limit,
        session_type=wishes.session_type,
        seed=randbits(62) if seed is None else seed,
        started_at=now,
        running_since=now,
        zone=wishes.zone,
        local_day=local_day(now, wishes.zone),
    )
    if wishes.time_limit is not None:
        session.deadline_at = now + timedelta(seconds=wishes.time_limit)
    plan = [] if wishes.activity_id is None else _plan(session, wishes.activity_id, wishes, now)
    session.item_count = len(plan)
    opening.write(session, plan)
    return session


def _plan(session: Session, activity_id: int, wishes: Wishes, now: datetime) -> list[int]:
    activity = _active(activity_id)
    if activity is None or wishes.activity_type not in (None, activity.type):
        raise ActivityNotFound(activity_id)
    session.activity = activity
    if activity.type == ActivityType.SEQUENCE:
        rows = activity.items.filter(is_active=True).order_by("position")
        plan = list(rows.values_list("pk", flat=True))
    else:
        plan = app_settings.load("SCHEDULER")().choose(
            session.user_id,
            activity,
            wishes.item_count or app_settings.DEFAULT_WORD_COUNT,
            session.difficulty,
            now,
            session.seed,
        )
    if not plan:
        raise EmptyActivity
    return plan


def _active(activity_id: int) -> Activity | None:
    if not statements.on_postgres():
        return Activity.objects.filter(pk=activity_id, is_active=True).first()
    rows = statements.call(_ACTIVITY, activity_id=activity_id)
    return statements.instance(Activity, rows[0]) if rows else None
