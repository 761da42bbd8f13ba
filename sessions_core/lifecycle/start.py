"""Begin a session, and plan what is practised in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import randbits
from typing import Any

from .. import clock
from ..actor import Actor
from ..app_settings import app_settings
from ..errors import ActivityNotFound, EmptyActivity, KeyInProgress, Unavailable
from ..models import Activity, Item, Session, SessionType
from ..models.activity import ActivityType, Difficulty
from ..retrying import retrying
from ..scheduling import asks
from ..zones import local_day
from . import items, opening, statements
from .items import VersionedItem
from .statements import Alongside, Asking, Statement
from .whole import whole

# How often what was planned may turn out to have been edited meanwhile.
ROUNDS = 3

# An id that is not used in the end leaves a gap, as a rollback does.
_ID_AND_ACTIVITY = (
    "SELECT coalesce(%(id)s::bigint, "
    f"nextval(pg_get_serial_sequence('{Session._meta.db_table}', 'id'))), "
    f"{statements.columns(Activity)} FROM (SELECT) AS one LEFT JOIN {Activity._meta.db_table} "
    "ON id = %(activity_id)s::bigint AND is_active"
)
_IN_ORDER = (
    f"SELECT id FROM {Item._meta.db_table} WHERE activity_id = %(activity_id)s AND is_active "
    "ORDER BY position"
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


#: What is recorded with a session, made of it before it is written.
Record = Callable[[Session], Alongside | None]


def start(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    """A new active session of ``actor``, its plan attached as ``session.plan`` where it has one.

    With an activity, its items are planned: all of a sequence, in order; of anything else,
    ``item_count`` of them at the most, chosen by the scheduler. Without one, any item may be
    answered. Raises ``ActivityNotFound``, ``EmptyActivity``.
    """
    return retrying(_start, actor, dialect, wishes)


@whole()
def _start(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    if statements.on_postgres():
        return statements.resolve(starting(actor, dialect, wishes))
    session = _new(actor, dialect, wishes)
    plan: list[int] = []
    if wishes.activity_id is not None:
        active = Activity.objects.filter(pk=wishes.activity_id, is_active=True)
        session.activity = activity = _suitable(active.first(), wishes)
        if activity.type == ActivityType.SEQUENCE:
            rows = activity.items.filter(is_active=True).order_by("position")
            plan = list(rows.values_list("pk", flat=True))
        else:
            plan = _scheduler().choose(*_choice(session, activity, wishes))
        _set_out(session, plan)
    opening.write(session, plan)
    return session


def starting(
    actor: Actor, dialect: str, wishes: Wishes, record: Record | None = None
) -> Asking[Session]:
    """``start`` on Postgres, for whoever runs the statements: two that read, and one that writes
    all there is to write, which is a transaction of its own unless one is running.

    ``record``: what is to be written with it. Raises ``KeyInProgress`` where that must not be.
    """
    known, number = items.remembering, None
    for _ in range(ROUNDS):
        session = _new(actor, dialect, wishes)
        asked = {"activity_id": wishes.activity_id, "id": number}
        rows = yield Statement(_ID_AND_ACTIVITY, asked)
        session.pk = number = rows[0][0]
        plan: list[int] = []
        first: VersionedItem | None = None
        if wishes.activity_id is not None:
            found = None if rows[0][1] is None else statements.instance(Activity, rows[0][1:])
            session.activity = activity = _suitable(found, wishes)
            plan = yield from _planning(session, activity, wishes)
            _set_out(session, plan)
            first = (yield from known({plan[0]})).get(plan[0])
        opening.attach(session, plan, first)
        alongside = record(session) if record is not None else None
        ((unchanged, begun),) = yield opening.writing(session, plan, first, alongside)
        if begun:
            return session
        if unchanged:
            raise KeyInProgress
        known = items.reading  # What this process remembers is of yesterday.
    raise Unavailable


def _new(actor: Actor, dialect: str, wishes: Wishes) -> Session:
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
    return session


def _suitable(activity: Activity | None, wishes: Wishes) -> Activity:
    if activity is None or wishes.activity_type not in (None, activity.type):
        raise ActivityNotFound(wishes.activity_id)
    return activity


def _set_out(session: Session, plan: list[int]) -> None:
    if not plan:
        raise EmptyActivity
    session.item_count = len(plan)


def _planning(session: Session, activity: Activity, wishes: Wishes) -> Asking[list[int]]:
    if activity.type == ActivityType.SEQUENCE:
        rows = yield Statement(_IN_ORDER, {"activity_id": activity.pk})
        return [item_id for (item_id,) in rows]
    scheduler = _scheduler()
    if asks(type(scheduler)):
        return (yield from scheduler.choosing(*_choice(session, activity, wishes)))
    return scheduler.choose(*_choice(session, activity, wishes))


def _scheduler() -> Any:
    return app_settings.load("SCHEDULER")()


def _choice(session: Session, activity: Activity, wishes: Wishes) -> tuple[Any, ...]:
    """What a scheduler is asked with."""
    count = wishes.item_count or app_settings.DEFAULT_WORD_COUNT
    at, seed = session.started_at, session.seed
    return session.user_id, activity, count, session.difficulty, at, seed
