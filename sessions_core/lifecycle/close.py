"""What every end of a session does, under its lock: time, ledger, rollup, memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .. import achievements, clock
from ..app_settings import app_settings
from ..models import Completion, Session, Status, Transition
from ..scheduling import FirstAttempt
from . import ending, events, scoring
from .outcomes import ItemResult


@dataclass(frozen=True, slots=True)
class Ending:
    """``results`` in the order of the latest attempt; ``won`` are codes of achievements."""

    results: Sequence[ItemResult]
    won: Sequence[str]


def expire_locked(session: Session) -> Session:
    """Close a locked session at its time limit, with what it had."""
    session.completion = Completion.PARTIAL if session.answered_count else Completion.ABANDONED
    return close(session, Status.EXPIRED, session.deadline_at or clock.now())


def close(session: Session, status: str, at: datetime, claimed: int | None = None) -> Session:
    """End the locked ``session`` in the state ``status`` as of ``at``.

    ``claimed``: its whole duration in seconds, as the client tells it.
    """
    transition, practised = conclude(session, status, at, claimed)
    results = ending.write(session, transition, practised)
    won: list[str] = []
    if session.user_id is not None:
        # Taught by the first attempt at each item: later ones saw the answer.
        app_settings.load("SCHEDULER")().review(session.user_id, first_attempts(results))
        won = achievements.award(session)
    session.ending = Ending(results, won)
    events.publish([events.changed(session, transition)])
    return session


def conclude(
    session: Session, status: str, at: datetime, claimed: int | None = None
) -> tuple[Transition, int]:
    """``close`` in memory alone: the transition that ``session`` makes, and the seconds practised
    that it counts for.
    """
    practised = scoring.practised_seconds(session, at) if claimed is None else claimed
    if claimed is not None or session.claimed_seconds is not None:
        session.claimed_seconds = practised
    session.active_ms = scoring.active_ms(session, at)
    session.running_since = session.deadline_at = None
    session.status = status
    session.ended_at = max(at, session.started_at)
    session.last_seq += 1
    transition = Transition(
        session=session, seq=session.last_seq, status=status, at=at, active_ms=session.active_ms
    )
    return transition, practised


def first_attempts(results: Sequence[ItemResult]) -> list[FirstAttempt]:
    firsts = sorted(results, key=lambda result: result.first_seq)
    return [(first.item_id, first.first_correct, first.first_at) for first in firsts]
