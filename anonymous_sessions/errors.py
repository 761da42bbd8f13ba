"""The errors of anonymous sessions. ``dialect`` maps them to HTTP statuses and codes."""

from datetime import datetime

from sessions_core.errors import RateLimited, SessionError


class InvalidSessionId(SessionError):
    code = "validation_error"
    message = "Invalid session ID format"


class UnknownSession(SessionError):
    """The session does not exist, has expired, or belongs to another account."""

    code = "resource_not_found"
    message = "Session not found"


class UnknownConcept(SessionError):
    code = "resource_not_found"
    message = "Concept not found"


class InvalidTransferCode(SessionError):
    code = "validation_error"
    message = "Invalid transfer code format"


class UnknownTransferCode(SessionError):
    """The code was never issued, or is used or expired; callers cannot tell which."""

    code = "resource_not_found"
    message = "This transfer code is unknown, used or expired"


class NothingToUndo(SessionError):
    code = "resource_not_found"
    message = "This session has no adoption that can still be undone"


class NotSignedIn(SessionError):
    code = "validation_error"
    message = "Sign in first"


class CrossSiteRequest(SessionError):
    code = "validation_error"
    message = "Requests from other sites are refused"


class TooLarge(SessionError):
    """A document exceeds the size or depth, or there are too many."""

    code = "validation_error"


class UnknownQuota(SessionError):
    code = "validation_error"

    def __init__(self, name: object) -> None:
        super().__init__(f"Unknown quota '{name}'")


class QuotaExceeded(RateLimited):
    """The charge was refused and nothing was charged. The window ends at ``reset_at``."""

    def __init__(self, quota: str, reset_at: datetime, retry_after: int) -> None:
        super().__init__(f"The limit of {quota} is reached", max(1, retry_after))
        self.reset_at = reset_at
