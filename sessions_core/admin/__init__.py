"""The admin shows what happened, but edits only the catalogue; actions call the lifecycle."""

from . import activities, learners, sessions, staff_accesses

__all__ = ["activities", "learners", "sessions", "staff_accesses"]
