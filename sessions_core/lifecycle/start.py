"""Begin a session, and plan what is practised in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import randbits

from django.db import transaction

from .. import clock
from ..actor import Actor
from ..app_settings import app_settings
from ..errors import ActivityNotFound, EmptyActivity
from ..models import Activity, Plan, Session, SessionType
from ..models.activity import ActivityType, Difficulty
from ..retrying import retrying
from ..zones import local_day
from . import days


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

    @property
    def most_items(self) -> int:
        return self.item_count or app_settings.DEFAULT_WORD_COUNT


def start(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    """A new active session of ``actor``, its plan attached as ``session.plan`` where it has one.

    With an activity, its items are planned: all of a sequence, in order; of anything else,
    ``item_count`` of them at the most, chosen by the scheduler. Without one, any item may be
    answered. Raises ``ActivityNotFound``, ``EmptyActivity``.
    """
    return retrying(_start, actor, dialect, wishes)


@transaction.atomic
def _start(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    session = new(actor, dialect, wishes)
    plan: Sequence[int] = ()
    if wishes.activity_id is not None:
        plan = _plan(session, wishes.activity_id, wishes)
        if not plan:
            raise EmptyActivity
        session.item_count = len(plan)
    session.save(force_insert=True)
    if plan:
        Plan.objects.create(session=session, item_ids=plan)
    days.count_start(session)
    return session


def new(actor: Actor, dialect: str, wishes: Wishes) -> Session:
    """The session in memory alone, before it has a plan and an id."""
    now = clock.now()
    seed = app_settings.SCHEDULER_SEED
    session = Session(
        user_id=actor.user_id,
        guest=actor.guest if actor.user_id is None else None,
        dialect=dialect,
        activity_id=wishes.activity_id,
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


def _plan(session: Session, activity_id: int, wishes: Wishes) -> list[int]:
    activity = Activity.objects.filter(pk=activity_id, is_active=True).first()
    if activity is None or wishes.activity_type not in (None, activity.type):
        raise ActivityNotFound(activity_id)
    session.activity = activity
    if activity.type == ActivityType.SEQUENCE:
        rows = activity.items.filter(is_active=True).order_by("position", "pk")
        return list(rows.values_list("pk", flat=True))
    scheduler = app_settings.load("SCHEDULER")()
    return scheduler.choose(
        *(session.user_id, activity, wishes.most_items),
        *(session.difficulty, session.started_at, session.seed),
    )
