from .analytics_document import AnalyticsDocument, AnalyticsEntry, AnalyticsList
from .audit import AuditHead, AuditPerson, AuditRecord, AuditSubject
from .comparison import Comparison, Trend
from .milestone import Milestone
from .progress import ProgressFeedback, ProgressRecord
from .relations import EvaluatorAssignment, SupervisorLink
from .session import OPEN, Status, TherapistSession
from .skill_score import SkillScore
from .snapshot import Snapshot

__all__ = [
    "OPEN",
    "AnalyticsDocument",
    "AnalyticsEntry",
    "AnalyticsList",
    "AuditHead",
    "AuditPerson",
    "AuditRecord",
    "AuditSubject",
    "Comparison",
    "EvaluatorAssignment",
    "Milestone",
    "ProgressFeedback",
    "ProgressRecord",
    "SkillScore",
    "Snapshot",
    "Status",
    "SupervisorLink",
    "TherapistSession",
    "Trend",
]
