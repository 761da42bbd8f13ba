"""OpenAPI descriptions of the therapist operations, with the source document's examples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from sessions_core.rest.schema import may_fail

from . import examples as shown
from .dialect import INTERNAL_ERROR, TRAINING
from .errors import (
    NotAllowed,
    NotTheCaller,
    ReasonRequired,
    TherapistSessionUnknown,
    TherapistUnknown,
)
from .serializers import analytics, queries, requests, responses

# Views do not declare the internal error; its format is that of the declared ones.
_ERROR = {"$ref": "#/components/schemas/TrainingError"}
_INTERNAL_ERROR = OpenApiExample(
    INTERNAL_ERROR.code,
    TRAINING.body(INTERNAL_ERROR),
    response_only=True,
    status_codes=[str(INTERNAL_ERROR.status)],
)
F = TypeVar("F", bound=Callable[..., Any])

_MISSING = ValidationError({"sessionId": "This field is required."}, "required")
_FOREIGN = NotTheCaller("therapistId must be you", therapistId="Not the signed-in user")
READ = (_MISSING, NotAllowed(), TherapistSessionUnknown())
WRITE = (*READ, _FOREIGN)


@dataclass(frozen=True)
class Operation:
    """``sent`` and ``received`` are example bodies; ``query`` describes the query parameters."""

    summary: str
    response: type[Serializer]
    received: Any
    sent: Any = None
    status: int = 200
    request: type[Serializer] | None = None
    query: type[Serializer] | None = None
    errors: tuple[Any, ...] = READ
    tag: str = "Therapist training"
    description: str = ""


_OPERATIONS = {
    "sessions_create": Operation(
        "Begin a therapist session",
        responses.TherapistSessionOutput,
        shown.SESSION,
        {"clientId": "client-17", "therapistId": "12"},
        201,
        requests.NewSessionSerializer,
        errors=(_MISSING, NotAllowed(), _FOREIGN, TherapistUnknown()),
    ),
    "sessions_list": Operation(
        "List the sessions that you may see, newest first",
        responses.TherapistSessionsOutput,
        {"total": 1, "sessions": [shown.SESSION]},
        query=queries.SessionsQuery,
        errors=(NotAllowed(), TherapistUnknown()),
    ),
    "sessions_retrieve": Operation(
        "A session with everything measured in it",
        responses.WholeSessionOutput,
        {
            **shown.SESSION,
            "progressSnapshots": shown.SNAPSHOTS,
            "sessionMetrics": shown.ANALYTICS_DATA["sessionMetrics"],
            "analyticsData": shown.WHOLE_ANALYTICS_DATA,
            "progressMetrics": shown.PROGRESS_METRICS,
        },
        description="`clientId` is empty for whoever may not know it.",
    ),
    "sessions_partial_update": Operation(
        "Set a session's status, progress or end",
        responses.TherapistSessionOutput,
        {**shown.SESSION, "status": "completed", "endTime": "2025-01-01T11:00:00Z"},
        {"status": "completed"},
        request=requests.SessionChangeSerializer,
        errors=WRITE,
    ),
    "progress_create": Operation(
        "Store session progress metrics and evaluation feedback",
        responses.StoredOutput,
        shown.STORED,
        shown.PROGRESS_REPORT,
        request=requests.ProgressReportSerializer,
        errors=WRITE,
        description="The skills and milestones that the metrics name are recorded with them.",
    ),
    "progress_list": Operation(
        "Retrieve session progress data and metrics",
        responses.TherapistProgressOutput,
        shown.PROGRESS,
        query=queries.ProgressQuery,
        errors=(*READ, ReasonRequired()),
        description="`feedback` is shown with `includeFeedback=true`; staff add `reason`.",
    ),
    "snapshots_create": Operation(
        "Store session progress snapshots and milestone data",
        responses.StoredOutput,
        shown.STORED,
        {"sessionId": shown.SESSION_ID, "snapshots": shown.SNAPSHOTS},
        request=requests.SnapshotsSerializer,
        errors=WRITE,
        description="The same timestamp again replaces the value.",
    ),
    "snapshots_list": Operation(
        "Retrieve session progress snapshots",
        responses.SnapshotsOutput,
        {
            "sessionId": shown.SESSION_ID,
            "snapshots": shown.SNAPSHOTS,
            "milestones": shown.MILESTONES,
        },
        query=queries.SessionQuery,
    ),
    "skills_create": Operation(
        "Store session skill scores and development data",
        responses.SkillsStoredOutput,
        {**shown.STORED, "therapistId": "12"},
        {
            "sessionId": shown.SESSION_ID,
            "therapistId": "12",
            "skillScores": {"Active Listening": 85, "Empathy": 78},
        },
        request=requests.SkillScoresSerializer,
        errors=WRITE,
    ),
    "skills_list": Operation(
        "Retrieve therapist skill development data",
        responses.SkillsOutput,
        {"sessionId": shown.SESSION_ID, "therapistId": "12", "skills": shown.SKILLS},
        query=queries.SkillsQuery,
        errors=(*READ, TherapistUnknown()),
    ),
    "analytics_create": Operation(
        "Store session analytics data",
        responses.StoredOutput,
        shown.STORED,
        {"sessionId": shown.SESSION_ID, "analyticsData": shown.ANALYTICS_DATA},
        request=analytics.AnalyticsSerializer,
        errors=WRITE,
        description="A part that is left out is computed when it is read.",
    ),
    "analytics_list": Operation(
        "Retrieve session analytics data",
        responses.AnalyticsOutput,
        {"sessionId": shown.SESSION_ID, "analyticsData": shown.WHOLE_ANALYTICS_DATA},
        query=queries.AnalyticsQuery,
    ),
    "comparison_create": Operation(
        "Store session comparison analysis data",
        responses.ComparedOutput,
        shown.COMPARED,
        shown.COMPARISON_REQUEST,
        201,
        requests.ComparisonSerializer,
        errors=WRITE,
        description=(
            "Metrics that are left out are computed from the two sessions. "
            "`responseTimeImprovement` is in seconds, positive when the response became faster."
        ),
    ),
    "comparison_list": Operation(
        "Retrieve session comparison analysis data",
        responses.ComparisonsOutput,
        {
            "therapistId": "12",
            "sessionId": shown.SESSION_ID,
            "comparisons": [shown.COMPARISON],
        },
        query=queries.ComparisonQuery,
        errors=(*READ, TherapistUnknown()),
        description=(
            "`trend` goes by the reliable change index (Jacobson & Truax 1991), practice taken off "
            "(Chelune et al. 1993): a change counts only beyond `smallestDetectableChange`. "
            "`responseTimeImprovement` is positive when the response became faster."
        ),
    ),
    "audit_list": Operation(
        "Who called for a therapist's record",
        responses.AuditOutput,
        {"total": 1, "records": [shown.AUDIT_RECORD]},
        query=queries.AuditQuery,
        errors=(NotAllowed(),),
        description="A therapist sees the calls about itself, an auditor all of them.",
    ),
}


def documented(name: str) -> Callable[[F], F]:
    """Decorates a view's action with the documentation of the operation ``name``."""
    return describe(f"training_{name}", _OPERATIONS[name])


def describe(operation_id: str, operation: Operation) -> Callable[[F], F]:
    examples = [OpenApiExample("Response", operation.received, response_only=True), _INTERNAL_ERROR]
    if operation.sent is not None:
        examples.append(OpenApiExample("Request", operation.sent, request_only=True))

    def mark(action: F) -> F:
        action = may_fail(*operation.errors)(action)
        cast(Any, action).takes_a_key = operation.request is not None
        return extend_schema(
            operation_id=operation_id,
            tags=[operation.tag],
            summary=operation.summary,
            description=operation.description,
            request=operation.request,
            parameters=[operation.query] if operation.query else None,
            responses={
                operation.status: OpenApiResponse(operation.response, operation.summary),
                INTERNAL_ERROR.status: OpenApiResponse(_ERROR, INTERNAL_ERROR.message),
            },
            examples=examples,
        )(action)

    return mark
