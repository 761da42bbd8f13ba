"""Views of ``/api/session/comparison``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.rest.idempotency import idempotent

from ..access import Right, session_for, session_to_write, therapist_for, visible
from ..comparing import Metrics
from ..errors import Invalid
from ..models import TherapistSession
from ..queries import comparisons, since
from ..recording import comparisons as recording
from ..render import comparison_entry, selection_fields
from ..schema import documented
from ..serializers.queries import ComparisonQuery
from ..serializers.requests import ComparisonSerializer
from .base import AuditedViewSet


class ComparisonViewSet(AuditedViewSet):
    record_name = "comparison"

    @documented("comparison_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(ComparisonSerializer)
        previous = session_for(self.access_context, data["previousSessionId"], Right.WRITE_METRICS)
        current = session_to_write(
            self.access_context, data["currentSessionId"], data.get("therapistId")
        )
        if previous.therapist_id != current.therapist_id:
            raise Invalid(previousSessionId="Not a session of the same therapist")
        if previous.pk == current.pk:
            raise Invalid(previousSessionId="The same session")
        return self._record(request, current, previous, data)

    @idempotent
    def _record(
        self, request: Request, current: TherapistSession, previous: TherapistSession, data: Any
    ) -> Response:
        given = Metrics(**data.get("metrics", {}))
        row = recording.record(current, previous, given, data.get("improvementScore"))
        return Response(
            {
                "success": True,
                "comparisonId": str(row.pk),
                "therapistId": str(row.therapist_id),
                "currentSessionId": str(row.current_id),
            },
            status=201,
        )

    @documented("comparison_list")
    def list(self, request: Request) -> Response:
        query = self.cleaned_query(ComparisonQuery)
        session, therapist_id = None, None
        if named := query.get("therapistId"):
            therapist_id = therapist_for(self.access_context, named, Right.READ_METRICS)
        if named := query.get("sessionId"):
            session = session_for(self.access_context, named, Right.READ_METRICS)
        rows = comparisons(
            visible(self.access_context.caller),
            therapist_id=therapist_id,
            session=session,
            since=since(query.get("timeRange")),
        )
        return Response(
            {
                **selection_fields(therapist_id, session),
                "comparisons": [comparison_entry(row) for row in rows],
            }
        )
