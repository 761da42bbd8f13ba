"""What can go wrong, without HTTP; ``dialect`` gives each its status and code."""

from datetime import datetime

from sessions_core.errors import RateLimited, SessionError


class InvalidSessionId(SessionError):
    code = "validation_error"
    message = "Invalid session ID format"


class UnknownSession(SessionError):
    """No such session, an expired one, or one that belongs to another account."""

    code = "resource_not_found"
    message = "Session not found"


class UnknownConcept(SessionError):
    code = "resource_not_found"
    message = "Concept not found"


class UnknownTransferCode(SessionError):
    """Never made, used already, or too old: the three are not told apart."""

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
    """A document over its size, depth or number."""

    code = "validation_error"


class UnknownQuota(SessionError):
    code = "validation_error"

    def __init__(self, name: object) -> None:
        super().__init__(f"Unknown quota '{name}'")


class QuotaExceeded(RateLimited):
    """Nothing was charged. ``reset_at`` is when the count falls."""

    def __init__(self, quota: str, reset_at: datetime, retry_after: int) -> None:
        super().__init__(f"The limit of {quota} is reached", max(1, retry_after))
        self.reset_at = reset_at
