"""What can go wrong in therapist training. No HTTP here: ``dialect`` maps these."""

from sessions_core.errors import SessionError


class NotAllowed(SessionError):
    """The record is there, and not for this caller."""

    code = "forbidden"
    message = "You are not allowed to do this"


class ReasonRequired(NotAllowed):
    """Staff read free text about people only for a stated reason, which is kept."""

    code = "reason_required"
    message = "Staff must state a reason to read this: add ?reason="


class NotTheCaller(NotAllowed):
    """A body names somebody else. Details: the field."""

    code = "not_the_caller"


class TherapistSessionUnknown(SessionError):
    code = "session_not_found"
    message = "Session not found"


class TherapistUnknown(SessionError):
    code = "therapist_not_found"
    message = "Therapist not found"


class Invalid(SessionError):
    """A request that is well-formed and makes no sense. Details: {field: text}."""

    code = "validation_error"
    message = "Invalid request"
