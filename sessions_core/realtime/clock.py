"""A session's clock as its socket shows it, from the time ledger of the session's row."""

from datetime import datetime

from ..lifecycle.scoring import elapsed_ms, seconds
from ..models import Session, Status
from .definitions import TIME_UPDATE
from .wire import Message, message


def runs(session: Session) -> bool:
    return session.status == Status.ACTIVE and session.time_limit is not None


def ran_out(session: Session, now: datetime) -> bool:
    limit = session.time_limit
    return runs(session) and limit is not None and elapsed_ms(session, now) >= limit * 1000


def time_update(session: Session, now: datetime) -> Message | None:
    """The message of this moment; None where there is no limit."""
    if session.time_limit is None:
        return None
    elapsed = min(session.time_limit, seconds(elapsed_ms(session, now)))
    return message(TIME_UPDATE, {"elapsed": elapsed, "remaining": session.time_limit - elapsed})
