"""The admin: for inspecting. What happened is shown, never edited; actions call lifecycle verbs."""

from . import activities, learners, sessions, staff_accesses

__all__ = ["activities", "learners", "sessions", "staff_accesses"]
