from .achievement import AwardedAchievement
from .activity import Activity, Item, KnownForm
from .attempt import Attempt, SeenItem
from .audit import StaffAccess
from .idempotency import IdempotentResponse
from .memory import ItemMemory
from .practice_day import PracticeDay
from .session import OPEN, Completion, Dialect, Plan, Session, SessionType, Status, Transition

__all__ = [
    "OPEN",
    "Activity",
    "Attempt",
    "AwardedAchievement",
    "Completion",
    "Dialect",
    "IdempotentResponse",
    "Item",
    "ItemMemory",
    "KnownForm",
    "Plan",
    "PracticeDay",
    "SeenItem",
    "Session",
    "SessionType",
    "StaffAccess",
    "Status",
    "Transition",
]
