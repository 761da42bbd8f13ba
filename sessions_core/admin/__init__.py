"""The admin: for inspecting. What happened is shown, never edited; actions call lifecycle verbs."""

from . import learners, sessions, staff_accesses

__all__ = ["learners", "sessions", "staff_accesses"]
