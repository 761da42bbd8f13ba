"""The therapist surface. Its catch-all makes it the last include below ``/api/session/``."""

from typing import Any

from django.urls import re_path

from sessions_core.rest.routes import both

from .views.analytics import AnalyticsViewSet
from .views.audit import AuditViewSet
from .views.comparison import ComparisonViewSet
from .views.nowhere import Nowhere
from .views.progress import ProgressViewSet
from .views.sessions import SessionsViewSet
from .views.skills import SkillsViewSet
from .views.snapshots import SnapshotsViewSet

COLLECTION: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    *both("sessions", SessionsViewSet.as_view(COLLECTION), "training-sessions"),
    *both("sessions/<str:session_id>", SessionsViewSet.as_view(ONE), "training-session"),
    *both("progress", ProgressViewSet.as_view(COLLECTION), "training-progress"),
    *both("snapshots", SnapshotsViewSet.as_view(COLLECTION), "training-snapshots"),
    *both("skills", SkillsViewSet.as_view(COLLECTION), "training-skills"),
    *both("analytics", AnalyticsViewSet.as_view(COLLECTION), "training-analytics"),
    *both("comparison", ComparisonViewSet.as_view(COLLECTION), "training-comparison"),
    *both("audit", AuditViewSet.as_view({"get": "list"}), "training-audit"),
    re_path(r"^[\s\S]*$", Nowhere.as_view()),
]
