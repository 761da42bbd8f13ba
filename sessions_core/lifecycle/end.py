"""The three ends of a session: complete, cancel, expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from .. import access, achievements, clock
from ..actor import Actor
from ..app_settings import app_settings
from ..models import Completion, Session, Status, Transition
from ..public_id import session_id_for
from ..retrying import retrying
from ..scheduling import FirstAttempt
from . import days, events, outcomes, scoring, states
from .outcomes import ItemResult

#: The columns of a session that an end changes.
WRITTEN = (
    "status",
    "completion",
    "claimed_seconds",
    "poses_completed",
    "active_ms",
    "elapsed_ms",
    "running_since",
    "deadline_at",
    "ended_at",
    "mastered_count",
    "last_seq",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """``results`` in the order of the latest attempt; ``won`` are codes of achievements."""

    results: Sequence[ItemResult]
    won: Sequence[str]


def complete(
    actor: Actor,
    given: object,
    *,
    route: str,
    completion: str = Completion.COMPLETED,
    claimed_seconds: int | None = None,
    poses_completed: int | None = None,
) -> Session:
    """End the session as done. Raises ``SessionFinished`` if it had ended before.

    ``claimed_seconds``: the duration as the client tells it; the server's own is kept beside it.
    """
    claims = {"completion": completion, "poses_completed": poses_completed}
    return _end(actor, given, route, Status.COMPLETED, claims, claimed_seconds)


def cancel(actor: Actor, given: object, *, route: str) -> Session:
    """End the session as given up. Raises ``SessionFinished`` if it had ended before."""
    return _end(actor, given, route, Status.CANCELLED, {"completion": Completion.ABANDONED})


def _end(
    actor: Actor,
    given: object,
    route: str,
    status: str,
    claims: dict[str, Any],
    claimed_seconds: int | None = None,
) -> Session:
    session, ended_here = retrying(_end_once, actor, given, route, status, claims, claimed_seconds)
    if not ended_here:
        states.require(session, status)
    return session


@transaction.atomic
def _end_once(
    actor: Actor,
    given: object,
    route: str,
    status: str,
    claims: dict[str, Any],
    claimed_seconds: int | None,
) -> tuple[Session, bool]:
    session = hold(actor, given, route=route)
    if status not in states.NEXT[session.status]:
        return session, False
    for name, value in claims.items():
        setattr(session, name, value)
    close(session, status, clock.now(), claimed_seconds)
    return session, True


def hold(actor: Actor, given: object, *, route: str) -> Session:
    """The session, locked for the running transaction. Call inside ``atomic``.

    A session whose time has run out is expired first; the verb then meets it ended, and must
    return rather than raise, so that the ending is committed.
    """
    rows = Session.objects.select_for_update().filter(pk=session_id_for(given))
    session = access.permitted(actor, rows.first(), given, route=route, write=True)
    expire_if_due(session)
    return session


def expire_if_due(session: Session) -> None:
    """End the locked ``session`` if its time has run out, with what it had, as of its limit."""
    deadline = session.deadline_at
    if session.status == Status.ACTIVE and deadline is not None and clock.now() > deadline:
        answered = session.answered_count
        session.completion = Completion.PARTIAL if answered else Completion.ABANDONED
        close(session, Status.EXPIRED, deadline)


def expire_due(limit: int = 1000) -> int:
    """Expire the sessions whose time has run out, at most ``limit``; returns how many."""
    due = Session.objects.filter(status=Status.ACTIVE, deadline_at__lt=clock.now())
    ids = list(due.order_by("deadline_at").values_list("pk", flat=True)[:limit])
    return sum(expire_due_one(pk) for pk in ids)


def expire_due_one(pk: int) -> bool:
    """Expire this session if its time has run out; returns whether it did so here."""
    return retrying(_expire_one, pk)


@transaction.atomic
def _expire_one(pk: int) -> bool:
    rows = Session.objects.select_for_update().filter(pk=pk, status=Status.ACTIVE)
    session = rows.filter(deadline_at__lt=clock.now()).first()
    if session is None:  # It was answered, paused or ended since it was listed.
        return False
    expire_if_due(session)
    return True


def close(session: Session, status: str, at: datetime, claimed: int | None = None) -> None:
    """End the locked ``session`` in the state ``status`` as of ``at``.

    ``claimed``: its whole duration in seconds, as the client tells it.
    """
    results = outcomes.of_session(session.pk)
    transition, practised = conclude(session, status, at, results, claimed)
    session.save(update_fields=WRITTEN)
    transition.save(force_insert=True)
    days.count_end(session, practised)
    won: list[str] = []
    if session.user_id is not None:
        app_settings.load("SCHEDULER")().review(session.user_id, first_attempts(results))
        won = achievements.award(session)
    session.ending = Ending(results, won)
    events.publish([events.changed(session, transition)])


def conclude(
    session: Session,
    status: str,
    at: datetime,
    results: Sequence[ItemResult],
    claimed: int | None = None,
) -> tuple[Transition, int]:
    """``close`` in memory alone: the transition that ``session`` makes, and the seconds practised
    that it counts for.
    """
    practised = scoring.practised_seconds(session, at) if claimed is None else claimed
    if claimed is not None or session.claimed_seconds is not None:
        session.claimed_seconds = practised
    scoring.stop(session, at)
    session.mastered_count = sum(result.is_mastered for result in results)
    session.status = status
    session.ended_at = max(at, session.started_at)
    session.last_seq += 1
    transition = Transition(
        session=session, seq=session.last_seq, status=status, at=at, active_ms=session.active_ms
    )
    return transition, practised


def first_attempts(results: Sequence[ItemResult]) -> list[FirstAttempt]:
    """What a session teaches: the first attempt at each item, since later ones saw the answer."""
    firsts = sorted(results, key=lambda result: result.first_seq)
    return [(first.item_id, first.first_correct, first.first_at) for first in firsts]
