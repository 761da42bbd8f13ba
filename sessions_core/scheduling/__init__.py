"""Which items to practise next, and what a session teaches about them."""

from .protocol import FirstAttempt, Scheduler
from .repetition import FSRSScheduler

__all__ = ["FSRSScheduler", "FirstAttempt", "Scheduler"]
