"""What can go wrong in the domain. No HTTP here: each surface maps these in one table."""

from datetime import datetime
from typing import Any, ClassVar


class SessionError(Exception):
    """``code`` is stable and machine-readable, ``message`` a sentence, ``details`` JSON-ready."""

    code = "session_error"
    message = "The session cannot do that."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.message
        self.details = details
        super().__init__(self.message)


class SessionNotFound(SessionError):
    code = "session_not_found"

    def __init__(self, given: object) -> None:
        super().__init__(f"Session with ID '{given}' not found")


class NotYourSession(SessionNotFound):
    """Somebody else's. Most surfaces answer it as an unknown session."""


class ActivityNotFound(SessionError):
    code = "activity_not_found"

    def __init__(self, given: object) -> None:
        super().__init__(f"Activity with ID '{given}' not found")


class ItemNotFound(SessionError):
    code = "item_not_found"
    message = "Item not found"


class ItemNotInSession(SessionError):
    code = "item_not_in_session"
    message = "This item is not part of the session"


class EmptyActivity(SessionError):
    code = "empty_activity"
    message = "This activity has no items to practise"


class SessionFinished(SessionError):
    """Acting on a session that has ended: ``status`` says how, ``ended_at`` when."""

    code = "session_finished"
    texts: ClassVar[dict[str, str]] = {
        "completed": "Session already completed",
        "cancelled": "Session was cancelled",
        "expired": "Session has expired",
    }

    def __init__(self, session_id: int, status: str, ended_at: datetime | None) -> None:
        super().__init__(self.texts.get(status, "Session has ended"))
        self.session_id = session_id
        self.status = status
        self.ended_at = ended_at


class SessionPaused(SessionError):
    code = "session_paused"
    message = "The session is paused; resume it first"


class SessionBusy(SessionError):
    """Another transaction holds the session, and the caller chose not to wait for it."""

    code = "session_busy"
    message = "The session is being changed by another request"


class KeyReused(SessionError):
    """An idempotency key that came before, with another request."""

    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another request"


class KeyInProgress(SessionError):
    code = "idempotency_key_in_progress"
    message = "The first request with this Idempotency-Key is still running"


class RateLimited(SessionError):
    """``retry_after`` is in whole seconds, at least 1."""

    code = "rate_limit_exceeded"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(SessionError):
    """The service cannot answer now; nothing was committed. ``retry_after`` in seconds."""

    code = "service_unavailable"
    message = "The service is temporarily unavailable"
    retry_after = 1
