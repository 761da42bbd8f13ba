"""The errors of therapist training. ``dialect`` maps them to HTTP statuses and codes."""

from sessions_core.errors import SessionError


class NotAllowed(SessionError):
    """The record exists, but the caller may not access it."""

    code = "forbidden"
    message = "You are not allowed to do this"


class ReasonRequired(NotAllowed):
    """Staff may read free text about people only if they state a reason, which is recorded."""

    code = "reason_required"
    message = "Staff must state a reason to read this: add ?reason="


class NotTheCaller(NotAllowed):
    """The body names another user. ``details`` names the field."""

    code = "not_the_caller"


class TherapistSessionUnknown(SessionError):
    code = "session_not_found"
    message = "Session not found"


class TherapistUnknown(SessionError):
    code = "therapist_not_found"
    message = "Therapist not found"


class Invalid(SessionError):
    """The request is well-formed but inconsistent. ``details`` is {field: text}."""

    code = "validation_error"
    message = "Invalid request"
