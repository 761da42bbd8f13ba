"""Which state may follow which. Only this package assigns ``Session.status``."""

from ..errors import SessionFinished, SessionPaused
from ..models import Session, Status

NEXT: dict[str, frozenset[str]] = {
    Status.ACTIVE: frozenset({Status.PAUSED, Status.COMPLETED, Status.CANCELLED, Status.EXPIRED}),
    Status.PAUSED: frozenset({Status.ACTIVE, Status.COMPLETED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}


def require(session: Session, wanted: str) -> None:
    """Raise the reason why ``session`` cannot enter the state ``wanted``."""
    if wanted in NEXT[session.status]:
        return
    if session.status == Status.PAUSED:
        raise SessionPaused
    raise SessionFinished(session.pk, session.status, session.ended_at)
