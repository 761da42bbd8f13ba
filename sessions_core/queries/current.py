"""Sessions as they stand at this moment."""

from .. import access, clock
from ..actor import Actor
from ..lifecycle import end, items, plans
from ..lifecycle.scoring import first_unmarked
from ..lifecycle.submission import ItemFacts
from ..models import OPEN, Session, Status


def fresh(session: Session) -> Session:
    """``session``, closed at its limit if that has passed and nobody touched it since."""
    due = session.deadline_at is not None and clock.now() > session.deadline_at
    if due and session.status == Status.ACTIVE:
        end.expire_due_one(session.pk)
        session.refresh_from_db()
    return session


def shown(actor: Actor, given: object, route: str) -> Session:
    """The session ``given`` names with its activity, as it stands at this moment.

    Raises what ``access.session_for`` does.
    """
    rows = Session.objects.select_related("activity")
    return fresh(access.session_for(actor, given, route=route, write=False, rows=rows))


def newest_open(actor: Actor) -> Session | None:
    """The newest session of ``actor`` that has not ended, of any dialect."""
    rows = access.owned(actor).filter(status__in=OPEN).order_by("-pk")
    return next((row for row in map(fresh, rows.iterator()) if row.is_open), None)


def next_item(session: Session) -> ItemFacts | None:
    """The first item not yet answered, of a session with a plan."""
    position = first_unmarked(bytes(session.answered_mask), session.item_count)
    if position is None:
        return None
    if Session.plan.is_cached(session):  # The session was begun a moment ago, in this request.
        item_id = session.plan.item_ids[position]
    else:
        item_id = plans.of_session(session.pk)[position]
    return items.load([item_id])[item_id]


def newest_zone(actor: Actor) -> str | None:
    """The zone of the newest session of ``actor``: where they were when they last practised."""
    rows = access.owned(actor).order_by("-started_at", "-pk")
    return rows.values_list("zone", flat=True).first()
