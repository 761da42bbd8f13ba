from .achievement import AwardedAchievement
from .activity import Activity, Item, KnownForm
from .attempt import Attempt, SeenItem
from .audit import StaffAccess
from .idempotency import IdempotentResponse
from .memory import ItemMemory
from .note import Note
from .practice_day import PracticeDay
from .session import OPEN, Completion, Dialect, Plan, Session, SessionType, Status, Transition
from .share import ShareLink

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
    "Note",
    "Plan",
    "PracticeDay",
    "SeenItem",
    "Session",
    "SessionType",
    "ShareLink",
    "StaffAccess",
    "Status",
    "Transition",
]
