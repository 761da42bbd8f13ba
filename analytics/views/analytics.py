"""Views of ``/api/session/analytics``."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from sessions_core.rest.idempotency import idempotent

from ..access import Right, session_for, session_to_write, visible
from ..analytics_data import analytics_data
from ..deriving import AnalyticsTarget
from ..models import TherapistSession
from ..queries import since
from ..recording import analytics_documents
from ..schema import documented
from ..serializers.analytics import AnalyticsSerializer
from ..serializers.queries import AnalyticsQuery
from .base import AuditedViewSet


class AnalyticsViewSet(AuditedViewSet):
    record_name = "analytics"

    @documented("analytics_create")
    def create(self, request: Request) -> Response:
        data = self.cleaned(AnalyticsSerializer)
        session = session_to_write(self.access_context, data["sessionId"])
        return self._replace(request, session, data)

    @idempotent
    def _replace(self, request: Request, session: TherapistSession, data: Any) -> Response:
        analytics_documents.replace(session, data["analyticsData"])
        return Response({"success": True, "sessionId": str(session.pk)})

    @documented("analytics_list")
    def list(self, request: Request) -> Response:
        query = self.cleaned_query(AnalyticsQuery)
        session = session_for(self.access_context, query["sessionId"], Right.READ_METRICS)
        target = AnalyticsTarget(
            session, visible(self.access_context.caller), since(query.get("timeRange"))
        )
        return Response({"sessionId": str(session.pk), "analyticsData": analytics_data(target)})
