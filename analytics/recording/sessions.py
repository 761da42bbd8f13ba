"""Creates and changes therapist sessions."""

from datetime import datetime
from typing import Any

from sessions_core.clock import now

from ..errors import Invalid
from ..models import OPEN, TherapistSession
from .live_events import save_and_notify


def begin(
    therapist_id: Any, *, client_id: str, started_at: datetime | None = None, progress: float = 0
) -> TherapistSession:
    return TherapistSession.objects.create(
        therapist_id=therapist_id,
        client_id=client_id,
        started_at=started_at or now(),
        progress=progress,
    )


def change(
    session: TherapistSession,
    *,
    status: str | None = None,
    progress: float | None = None,
    ended_at: datetime | None = None,
) -> None:
    """Sets what is given. Raises ``Invalid`` for a change of status of an ended session, or for an
    end that is before the start or of an open session.
    """
    if status is not None and status != session.status:
        if session.status not in OPEN:
            raise Invalid(
                f"The session is {session.status}", status=f"The session is {session.status}"
            )
        session.status = status
    if session.status in OPEN and ended_at is not None:
        raise Invalid(endTime="Only an ended session has an end")
    if session.status not in OPEN:
        _end(session, ended_at)
    if progress is not None:
        session.progress = progress
    save_and_notify(session, "status", "progress", "ended_at")


def _end(session: TherapistSession, ended_at: datetime | None) -> None:
    session.ended_at = ended_at or session.ended_at or max(now(), session.started_at)
    if session.ended_at < session.started_at:
        raise Invalid(endTime="The end is before the start")
