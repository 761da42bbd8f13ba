"""Views of ``/api/session/progress``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.rest.idempotency import idempotent

from ..access import Right, reads_all_text, session_for, session_to_write
from ..models import TherapistSession
from ..queries import feedback_of, progress_of
from ..recording.progress import report
from ..render import feedback_entry
from ..schema import documented
from ..serializers.queries import ProgressQuery
from ..serializers.requests import ProgressMetricsSerializer, ProgressReportSerializer
from .base import AuditedViewSet


class ProgressViewSet(AuditedViewSet):
    record_name = "progress"

    @documented("progress_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(ProgressReportSerializer)
        session = session_to_write(self.access_context, data["sessionId"], data.get("therapistId"))
        return self._report(request, session, data)

    @idempotent
    def _report(self, request: Request, session: TherapistSession, data: Any) -> Response:
        feedback = data.get("evaluationFeedback", "")
        report(session, session.therapist_id, data["progressMetrics"], feedback)
        return Response({"success": True, "sessionId": str(session.pk)})

    @documented("progress_list")
    def list(self, request: Request) -> Response:
        query = self.cleaned_query(ProgressQuery)
        right = Right.READ_TEXT if query["includeFeedback"] else Right.READ_METRICS
        session = session_for(self.access_context, query["sessionId"], right)
        shown = {
            "sessionId": str(session.pk),
            "progressMetrics": ProgressMetricsSerializer(progress_of(session)).data,
        }
        if query["includeFeedback"]:
            author = (
                None
                if reads_all_text(self.access_context, session)
                else self.access_context.caller.user_id
            )
            rows = feedback_of(session, author)
            shown["feedback"] = [feedback_entry(row) for row in rows]
        return Response(shown)
